package io.tombolo.server.ports;

import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.server.flows.Admission;
import io.tombolo.server.flows.Flows;
import io.tombolo.server.flows.Intake;
import io.tombolo.server.flows.Refusal;
import io.tombolo.server.flows.Sender;
import io.tombolo.xds.translate.Reports;
import org.jspecify.annotations.Nullable;

/// A stream of access logs: of one log of one proxy. Everything happens on the event loop of its
/// connection.
final class AccessLogStream implements StreamObserver<StreamAccessLogsMessage> {
  /// Envoy sends 16 KiB, and one entry more.
  private static final int MOST_BYTES = 256 * 1024;

  /// Of more the rest is read later; what its proxy cannot hold meanwhile it drops.
  private static final int MESSAGES_PER_SECOND = 100;

  private record Log(Sender sender, Reports.Name name) {}

  private final Flows flows;
  private final SpiffeId identity;
  private final String provenNode;
  private final ServerCallStreamObserver<StreamAccessLogsResponse> responses;
  private final StreamLoop loop;
  private final Runnable ended;
  private final Pace pace = new Pace(MESSAGES_PER_SECOND, System.nanoTime());
  private @Nullable Log log;
  private boolean closed;

  AccessLogStream(
      Flows flows,
      SpiffeId identity,
      String provenNode,
      StreamObserver<StreamAccessLogsResponse> responses,
      StreamLoop loop,
      Runnable ended) {
    this.flows = flows;
    this.identity = identity;
    this.provenNode = provenNode;
    this.responses = (ServerCallStreamObserver<StreamAccessLogsResponse>) responses;
    this.loop = loop;
    this.ended = ended;
  }

  StreamObserver<StreamAccessLogsMessage> open() {
    responses.disableAutoRequest();
    responses.setOnCancelHandler(this::close);
    responses.request(1);
    return this;
  }

  @Override
  public void onNext(StreamAccessLogsMessage message) {
    if (closed) {
      return;
    }
    try {
      heard(message);
      loop.readOn(responses, pace);
    } catch (StatusException refused) {
      close();
      responses.onError(refused);
    }
  }

  private void heard(StreamAccessLogsMessage message) throws StatusException {
    if (message.getSerializedSize() > MOST_BYTES) {
      flows.intake().refused(Refusal.TOO_LARGE, 1);
      throw Status.RESOURCE_EXHAUSTED
          .withDescription("a message has more than %d bytes".formatted(MOST_BYTES))
          .asException();
    }
    if (log == null) {
      log = log(message.getIdentifier());
    }
    switch (flows.admission().may(log.sender(), log.name().destination())) {
      case Admission.Outcome.Admitted to ->
          flows.intake().offer(new Intake.Batch(to, log.name(), message));
      case Admission.Outcome.Refused(var why) -> {
        flows.intake().refused(why, 1);
        throw Status.PERMISSION_DENIED
            .withDescription(
                "%s reports calls to \"%s\": %s"
                    .formatted(identity, Names.printable(log.name().destination()), why.words()))
            .asException();
      }
    }
  }

  private Log log(StreamAccessLogsMessage.Identifier identifier) throws StatusException {
    try {
      return new Log(
          new Sender(identity, provenNode, identifier.getNode().getId()),
          Reports.Name.parse(identifier.getLogName()));
    } catch (IllegalArgumentException unknown) {
      throw Status.INVALID_ARGUMENT
          .withDescription(
              "identifier.log_name: \"%s\" is none that was configured here"
                  .formatted(Names.printable(identifier.getLogName())))
          .asException();
    }
  }

  @Override
  public void onError(Throwable cause) {
    close();
  }

  @Override
  public void onCompleted() {
    if (!closed) {
      close();
      responses.onNext(StreamAccessLogsResponse.getDefaultInstance());
      responses.onCompleted();
    }
  }

  private void close() {
    if (!closed) {
      closed = true;
      ended.run();
    }
  }
}
