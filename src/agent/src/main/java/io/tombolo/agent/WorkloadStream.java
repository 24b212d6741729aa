package io.tombolo.agent;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import org.jspecify.annotations.Nullable;

/// One open stream of the Workload API: an answer at once, and again whenever it is another one,
/// each with everything (Workload API, section 4.3). It ends when there is nothing to serve.
///
/// What is sent is read from the keyring under the stream's lock, so it never goes backward.
final class WorkloadStream<R> implements Subscriber {
  private static final Status NO_IDENTITY =
      Status.PERMISSION_DENIED.withDescription(
          "there is no identity to serve: the agent has not joined the mesh yet, or could not renew"
              + " its SVID before it expired; try again");
  private final ReentrantLock lock = new ReentrantLock();
  private final StreamObserver<R> client;
  private final Keyring keyring;
  private final Answer<R> answer;
  private @Nullable R sent;
  private boolean over;

  /// What a client is told of these secrets; empty if it is not entitled to any of it.
  interface Answer<R> {
    Optional<R> of(Secrets secrets);
  }

  WorkloadStream(StreamObserver<R> client, Keyring keyring, Answer<R> answer) {
    this.client = client;
    this.keyring = keyring;
    this.answer = answer;
  }

  @Override
  public void refresh() {
    lock.lock();
    try {
      if (!over) {
        answer.of(keyring.secrets()).ifPresentOrElse(this::send, this::deny);
      }
    } finally {
      lock.unlock();
    }
  }

  private void send(R next) {
    if (!next.equals(sent)) {
      sent = next;
      client.onNext(next);
    }
  }

  private void deny() {
    end();
    client.onError(NO_IDENTITY.asRuntimeException());
  }

  /// The client is away.
  void finish() {
    lock.lock();
    try {
      end();
    } finally {
      lock.unlock();
    }
  }

  private void end() {
    over = true;
    sent = null;
    keyring.unsubscribe(this);
  }
}
