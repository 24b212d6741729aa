package io.tombolo.mesh.flow;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.catalog.Examples.aService;
import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Banned;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.scope.Visibility;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

class MeshTest {
  private static final Mesh.Settings SETTINGS =
      new Mesh.Settings(
          TRUST_DOMAIN,
          new SameName(SameName.Choice.APART, Map.of()),
          Map.of(),
          Visibility.EVERYTHING);

  @Test
  void every_service_has_its_destinations_its_policy_and_the_workloads_that_serve_it() {
    var web = aService("web");
    var billing = aConsulService("billing");
    var catalog =
        Catalog.of(List.of(CLUSTER, DATACENTER))
            .with(
                List.of(
                    new Fact.Registered(web.build()),
                    new Fact.Registered(web.at("10.1.0.7", "10.1.0.8")),
                    new Fact.Registered(billing.build())));

    var mesh = Mesh.of(catalog, SETTINGS);

    assertThat(mesh.destinations()).containsOnlyKeys(web.id(), billing.id());
    assertThat(mesh.policies()).containsOnlyKeys(web.id(), billing.id());
    assertThat(requireNonNull(mesh.destinations().get(web.id())).getFirst().endpoints())
        .extracting(Endpoint::address)
        .containsExactly("10.1.0.7", "10.1.0.8");
    assertThat(mesh.servedBy())
        .containsOnlyKeys(
            "kubernetes/cluster-1/shop/web-10-1-0-7", "kubernetes/cluster-1/shop/web-10-1-0-8");
  }

  @Test
  void permissions_on_requests_for_a_service_that_speaks_tcp_are_an_error_of_their_object() {
    var billing = aConsulService("billing").on(new Port("", 5432, Protocol.TCP));
    var key = PolicyObject.key(DATACENTER, "service-intentions", "", "billing");
    var allow = new Permission(Action.ALLOW, new Condition.Path(Text.prefix("/a")));
    var intention =
        new Intention(
            new Party.Named("web"),
            new Party.Named("billing"),
            List.of(allow),
            Intention.Otherwise.DEFAULT,
            new Provenance(DATACENTER, "service-intentions", "", "billing", 0));
    var catalog =
        Catalog.of(List.of(DATACENTER))
            .with(
                List.of(
                    new Fact.Registered(billing.build()),
                    new Fact.Registered(PolicyObject.accepted(key, List.of(intention)))));

    assertThat(requireNonNull(Mesh.of(catalog, SETTINGS).errors().get(key)))
        .singleElement()
        .asString()
        .contains(billing.id() + ":5432", "declare the protocol", "requests-on-tcp");
  }

  @Test
  void who_is_banned_may_call_nobody_and_is_not_called_until_the_ban_is_lifted() {
    var web = aService("web");
    var identity = web.endpoint("10.1.0.7").build().workload().identity();
    var before =
        Mesh.of(
            Catalog.of(List.of(CLUSTER))
                .with(
                    List.of(
                        new Fact.Registered(web.build()),
                        new Fact.Registered(web.at("10.1.0.7", "10.1.0.8")))),
            SETTINGS);

    var nodeBanned =
        then(before, new Banned(Set.of(), Set.of("kubernetes/cluster-1/shop/web-10-1-0-7")));
    assertThat(addresses(nodeBanned, web)).containsExactly("10.1.0.8");
    assertThat(nodeBanned.servedBy()).containsOnlyKeys("kubernetes/cluster-1/shop/web-10-1-0-8");

    var identityBanned = then(nodeBanned, new Banned(Set.of(identity), Set.of()));
    assertThat(addresses(identityBanned, web)).isEmpty();
    assertThat(
            requireNonNull(identityBanned.policies().get(web.id()))
                .decide(Request.connection(identity, 8080)))
        .isEqualTo(new Decision.Banned());

    assertThat(then(identityBanned, Banned.NOBODY).destinations()).isEqualTo(before.destinations());
  }

  private static Mesh then(Mesh mesh, Banned banned) {
    return mesh.then(mesh.catalog().with(List.of(new Fact.Bans(banned))));
  }

  private static List<String> addresses(Mesh mesh, Examples.AService service) {
    return requireNonNull(mesh.destinations().get(service.id())).getFirst().endpoints().stream()
        .map(Endpoint::address)
        .toList();
  }

  @Test
  void endpoints_of_a_service_that_is_not_there_wait_for_it() {
    var web = aService("web");
    var catalog =
        Catalog.of(List.of(CLUSTER)).with(List.of(new Fact.Registered(web.at("10.1.0.7"))));

    assertThat(Mesh.of(catalog, SETTINGS).servedBy()).isEmpty();
  }
}
