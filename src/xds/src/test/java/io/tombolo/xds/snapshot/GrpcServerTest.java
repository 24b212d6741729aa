package io.tombolo.xds.snapshot;

import static io.tombolo.xds.TwoWorlds.CART;
import static io.tombolo.xds.TwoWorlds.STOCK;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.StaticBootstrap;
import io.tombolo.xds.TwoWorlds;
import io.tombolo.xds.delivery.Introduction;
import io.tombolo.xds.delivery.SotwSession;
import java.time.Instant;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What a gRPC server without proxy is told.
@Tag("intentions")
class GrpcServerTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String ASKED = "grpc/server?udpa.resource.listening_address=0.0.0.0:15006";
  private static final Proxy SERVER = withoutProxy(TwoWorlds.sidecar(STOCK, "10.1.0.9"));

  private static Proxy withoutProxy(Proxy sidecar) {
    var node = Node.newBuilder().setId(sidecar.nodeId()).setUserAgentName("gRPC Java").build();
    return ((Introduction.Understood) Introduction.of(sidecar.identity(), node)).proxy();
  }

  private static View view(Proxy proxy) {
    return new Snapshots().next(TwoWorlds.mesh()).viewFor(proxy);
  }

  private static List<String> names(View view, ResourceType type) {
    return view.of(type).all().map(Resource::name).toList();
  }

  @Test
  void it_is_told_how_it_is_called_at_each_address_it_may_listen_on_and_nothing_else() {
    var view = view(SERVER);

    assertThat(SERVER.role()).isEqualTo(new Proxy.Role.GrpcServer());
    assertThat(names(view, ResourceType.LISTENER))
        .containsExactlyInAnyOrder(
            ASKED, ASKED.replace("0.0.0.0", "[::]"), ASKED.replace("0.0.0.0", "10.1.0.9"));
    assertThat(names(view, ResourceType.ROUTES)).containsExactly("inbound:grpc:15006");
    assertThat(names(view, ResourceType.CLUSTER)).isEmpty();
    assertThat(names(view, ResourceType.ENDPOINTS)).isEmpty();
    assertThat(view.problems()).isEmpty();
  }

  @Test
  void whoever_calls_it_shows_a_certificate() throws InvalidProtocolBufferException {
    var found = view(SERVER).of(ResourceType.LISTENER).get(ASKED).orElseThrow();
    var chain = StaticBootstrap.unpack(found, Listener.class).getFilterChains(0);

    assertThat(
            chain
                .getTransportSocket()
                .getTypedConfig()
                .unpack(DownstreamTlsContext.class)
                .getRequireClientCertificate()
                .getValue())
        .isTrue();
  }

  @Test
  void a_port_of_another_protocol_is_not_served_and_it_is_told_why() {
    var view = view(withoutProxy(TwoWorlds.sidecar(CART, "10.1.0.7")));

    assertThat(names(view, ResourceType.LISTENER)).isEmpty();
    assertThat(view.problems()).singleElement().asString().contains("grpc or http2; declare it");
  }

  @Test
  void it_has_everything_when_it_has_what_it_asked_for() throws Exception {
    var view = view(SERVER);
    var session = new SotwSession();
    for (var type : List.of(ResourceType.LISTENER, ResourceType.ROUTES)) {
      var name = type == ResourceType.LISTENER ? ASKED : "inbound:grpc:15006";
      var request = DiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl()).addResourceNames(name);
      session.receive(request.build(), NOW);
      var told = session.news(view, NOW);
      assertThat(told).hasSize(1);
      session.receive(
          request.setResponseNonce(nonce(told.getFirst())).setVersionInfo("known").build(), NOW);
    }
    session.see(view);

    assertThat(session.delivery().applied()).isEqualTo(view.revision());
    assertThat(session.lacking(view.revision())).isEmpty();
  }

  private static String nonce(io.tombolo.xds.delivery.Response response) throws Exception {
    return DiscoveryResponse.parseFrom(response.toByteArray()).getNonce();
  }
}
