package io.tombolo.server.ports;

import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aService;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples.AService;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.xds.delivery.DeltaSession;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Whoever lost its stream is missed while there is reason to, and no longer.
@Tag("push")
class ConnectionsTest {
  private static final AService CART = aService("cart");
  private static final Mesh EMPTY = mesh();
  private static final Mesh WITH_CART =
      mesh(new Fact.Registered(CART.build()), new Fact.Registered(CART.at("10.1.0.7")));
  private static final Proxy SIDECAR = sidecar();
  private static final Proxy GATEWAY =
      new Proxy(
          "gateway/pods/gw",
          SpiffeId.meshGateway(TRUST_DOMAIN, "pods"),
          new Proxy.Role.MeshGateway(),
          "pods",
          "",
          List.of());

  private Instant now = Instant.EPOCH;
  private final Connections connections = new Connections(new Limits(9, 9, 9, 9, 9), clock());

  private static Mesh mesh(Fact... facts) {
    var settings =
        new Mesh.Settings(
            TRUST_DOMAIN,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.EVERYTHING);
    return Mesh.of(Catalog.of(List.of(CART.build().id().source())).with(List.of(facts)), settings);
  }

  private static Proxy sidecar() {
    var workload = CART.at("10.1.0.7").endpoints().getFirst().workload();
    return new Proxy(
        workload.nodeId(), workload.identity(), new Proxy.Role.Sidecar(), "pods", "", List.of());
  }

  private Connections.Connection connect(Proxy proxy) throws Exception {
    return connections.add(proxy, "", new DeltaSession(), Runnable::run, _ -> {});
  }

  private Clock clock() {
    InstantSource source = () -> now;
    return source.withZone(ZoneOffset.UTC);
  }

  private List<Proxy> known(Mesh mesh) {
    return connections.known(mesh).stream().map(Connections.Connection::proxy).toList();
  }

  @Test
  void a_sidecar_is_missed_while_a_source_tells_of_its_workload() throws Exception {
    connect(SIDECAR).close();

    assertThat(known(WITH_CART)).containsExactly(SIDECAR);
    assertThat(known(EMPTY)).isEmpty();
  }

  @Test
  void a_gateway_is_missed_for_an_hour() throws Exception {
    connect(GATEWAY).close();
    now = now.plus(Duration.ofMinutes(59));
    assertThat(known(EMPTY)).containsExactly(GATEWAY);

    now = now.plus(Duration.ofMinutes(2));
    assertThat(known(EMPTY)).isEmpty();
  }

  @Test
  void who_is_back_is_known_once_by_its_newest_stream() throws Exception {
    var first = connect(SIDECAR);
    var second = connect(SIDECAR);
    assertThat(connections.known(WITH_CART)).containsExactly(second);

    first.close();
    assertThat(connections.known(WITH_CART)).containsExactly(second);
    assertThat(connections.all()).containsExactly(second);
  }
}
