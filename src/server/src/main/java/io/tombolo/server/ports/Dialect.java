package io.tombolo.server.ports;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Delivery;
import io.tombolo.xds.delivery.DeltaSession;
import io.tombolo.xds.snapshot.Snapshot;
import io.tombolo.xds.delivery.SotwSession;
import java.time.Instant;
import java.util.List;

/// One of the two variants of the xDS transport protocol.
interface Dialect<Q, R> {
  Node node(Q request);

  Conversation<Q, R> begin();

  /// The protocol's state on one stream. Not thread-safe.
  interface Conversation<Q, R> {
    void receive(Q request, Instant now);

    List<R> news(Snapshot snapshot, Proxy proxy, Instant now);

    Delivery delivery();
  }

  /// Incremental xDS.
  record Delta() implements Dialect<DeltaDiscoveryRequest, DeltaDiscoveryResponse> {
    @Override
    public Node node(DeltaDiscoveryRequest request) {
      return request.getNode();
    }

    @Override
    public Conversation<DeltaDiscoveryRequest, DeltaDiscoveryResponse> begin() {
      var session = new DeltaSession();
      return new Conversation<>() {
        @Override
        public void receive(DeltaDiscoveryRequest request, Instant now) {
          session.receive(request, now);
        }

        @Override
        public List<DeltaDiscoveryResponse> news(Snapshot snapshot, Proxy proxy, Instant now) {
          return session.news(snapshot.viewFor(proxy), now);
        }

        @Override
        public Delivery delivery() {
          return session.delivery();
        }
      };
    }
  }

  /// State of the world.
  record Sotw() implements Dialect<DiscoveryRequest, DiscoveryResponse> {
    @Override
    public Node node(DiscoveryRequest request) {
      return request.getNode();
    }

    @Override
    public Conversation<DiscoveryRequest, DiscoveryResponse> begin() {
      var session = new SotwSession();
      return new Conversation<>() {
        @Override
        public void receive(DiscoveryRequest request, Instant now) {
          session.receive(request, now);
        }

        @Override
        public List<DiscoveryResponse> news(Snapshot snapshot, Proxy proxy, Instant now) {
          return session.news(snapshot.viewFor(proxy), now);
        }

        @Override
        public Delivery delivery() {
          return session.delivery();
        }
      };
    }
  }
}
