package io.tombolo.server.ports;

import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tombolo.identity.Inventory;
import io.tombolo.server.flows.Flows;
import java.util.HashMap;
import java.util.Map;

/// Envoy's access log service: takes what proxies report of the calls that reach them.
public final class AccessLogService extends AccessLogServiceGrpc.AccessLogServiceImplBase {
  /// A proxy has one for each worker thread and log.
  private static final int MOST_STREAMS = 1024;

  private final Flows flows;
  private final Inventory inventory;
  private final EventLoops loops;
  private final Map<String, Integer> streams = new HashMap<>();

  public AccessLogService(Flows flows, Inventory inventory, EventLoops loops) {
    this.flows = flows;
    this.inventory = inventory;
    this.loops = loops;
  }

  @Override
  public StreamObserver<StreamAccessLogsMessage> streamAccessLogs(
      StreamObserver<StreamAccessLogsResponse> responses) {
    var serial = Caller.SERIAL.get();
    var identity = Caller.IDENTITY.get();
    if (!begun(serial)) {
      responses.onError(
          Status.RESOURCE_EXHAUSTED
              .withDescription(
                  "this certificate has %d streams of access logs, as many as it may have"
                      .formatted(MOST_STREAMS))
              .asException());
      return new Deaf();
    }
    return new AccessLogStream(
            flows,
            identity,
            inventory.nodeOf(serial),
            responses,
            loops.current(),
            () -> ended(serial))
        .open();
  }

  private boolean begun(String serial) {
    synchronized (streams) {
      int open = streams.getOrDefault(serial, 0);
      if (open < MOST_STREAMS) {
        streams.put(serial, open + 1);
      }
      return open < MOST_STREAMS;
    }
  }

  private void ended(String serial) {
    synchronized (streams) {
      streams.computeIfPresent(serial, (_, open) -> open == 1 ? null : open - 1);
    }
  }

  /// Hears nothing of a stream that was ended.
  private static final class Deaf implements StreamObserver<StreamAccessLogsMessage> {
    @Override
    public void onNext(StreamAccessLogsMessage message) {}

    @Override
    public void onError(Throwable cause) {}

    @Override
    public void onCompleted() {}
  }
}
