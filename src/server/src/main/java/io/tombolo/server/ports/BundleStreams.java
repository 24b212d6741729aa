package io.tombolo.server.ports;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.identity.Ban;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.LinkedHashSet;
import java.util.Set;

/// The streams on which the trust bundle is told. Thread-safe.
final class BundleStreams {
  /// @param node empty if it is not known
  private record Stream(SpiffeId identity, String node, ServerCallStreamObserver<Bundle> answer) {}

  private final Set<Stream> open = new LinkedHashSet<>();

  /// Tells the bundle, and keeps the stream until its client ends it.
  synchronized void add(
      SpiffeId identity, String node, ServerCallStreamObserver<Bundle> answer, Bundle bundle) {
    var stream = new Stream(identity, node, answer);
    answer.setOnCancelHandler(() -> remove(stream));
    open.add(stream);
    answer.onNext(bundle);
  }

  private synchronized void remove(Stream stream) {
    open.remove(stream);
  }

  /// Ends the streams of whoever is banned.
  synchronized void end(Ban ban) {
    var banned = open.stream().filter(stream -> ban.covers(stream.identity, stream.node)).toList();
    banned.forEach(stream -> {
      open.remove(stream);
      end(stream, Connections.banned(ban));
    });
  }

  private static void end(Stream stream, Status why) {
    if (!stream.answer.isCancelled()) {
      stream.answer.onError(why.asException());
    }
  }
}
