package io.tombolo.agent;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// One open stream of the Workload API: an answer at once, and again whenever it is another one,
/// each with everything (Workload API, section 4.3). It ends when there is nothing to serve.
final class WorkloadStream<R> extends OpenStream<R> {
  static final Status NO_IDENTITY =
      Status.PERMISSION_DENIED.withDescription(
          "there is no identity to serve: the agent has not joined the mesh yet, or could not renew"
              + " its SVID before it expired; try again");
  private final Answer<R> answer;
  private @Nullable R sent;

  /// What a client is told of these secrets; empty if it is not entitled to any of it.
  interface Answer<R> {
    Optional<R> of(Secrets secrets);
  }

  WorkloadStream(StreamObserver<R> client, Keyring keyring, Answer<R> answer) {
    super(client, keyring);
    this.answer = answer;
  }

  @Override
  void tell(Secrets newest) {
    answer.of(newest).ifPresentOrElse(this::sendIfNew, () -> refuse(NO_IDENTITY));
  }

  private void sendIfNew(R next) {
    if (!next.equals(sent)) {
      sent = next;
      send(next);
    }
  }
}
