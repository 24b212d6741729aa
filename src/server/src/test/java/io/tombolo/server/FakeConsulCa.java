package io.tombolo.server;

import io.grpc.Server;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.consul.ca.CARoot;
import io.tombolo.api.consul.ca.ConnectCAServiceGrpc;
import io.tombolo.api.consul.ca.WatchRootsRequest;
import io.tombolo.api.consul.ca.WatchRootsResponse;
import io.tombolo.identity.Pem;
import java.io.IOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;

/// A gRPC port that tells roots as Consul does, whichever it is given.
final class FakeConsulCa extends ConnectCAServiceGrpc.ConnectCAServiceImplBase
    implements AutoCloseable {
  private final Server server;
  private WatchRootsResponse newest;

  /// Those that have begun to watch.
  final BlockingQueue<StreamObserver<WatchRootsResponse>> watchers = new LinkedBlockingQueue<>();

  FakeConsulCa(WatchRootsResponse roots) throws IOException {
    newest = roots;
    server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), 0))
            .addService(this)
            .build()
            .start();
  }

  /// @param roots the active one first
  static WatchRootsResponse roots(String trustDomain, X509Certificate... roots) {
    var answer =
        WatchRootsResponse.newBuilder().setTrustDomain(trustDomain).setActiveRootId("root-0");
    for (int i = 0; i < roots.length; i++) {
      answer.addRoots(
          CARoot.newBuilder().setId("root-" + i).setRootCert(Pem.of(List.of(roots[i]))));
    }
    return answer.build();
  }

  URI url() {
    return URI.create("http://127.0.0.1:" + server.getPort());
  }

  /// Tells all who watch, and whoever comes later.
  synchronized void tell(WatchRootsResponse roots) {
    newest = roots;
    watchers.forEach(watcher -> watcher.onNext(roots));
  }

  @Override
  public synchronized void watchRoots(
      WatchRootsRequest request, StreamObserver<WatchRootsResponse> answers) {
    answers.onNext(newest);
    watchers.add(answers);
  }

  @Override
  public void close() {
    server.shutdownNow();
  }
}
