package io.tombolo.server.policy;

import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.policy.equivalence.Comparison;
import io.tombolo.mesh.scope.Visibility;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// A mesh of a thousand services, each with ten permissions for another.
@Tag("intentions")
class LargeDiffTest {
  private static final int SERVICES = 1000;
  private static final Mode COMPAT = new Mode(false, DENY);

  private static Permission permission(int i) {
    return new Permission(
        i % 3 == 2 ? DENY : ALLOW,
        Condition.allOf(
            new Condition.Path(Text.prefix("/part-%d/".formatted(i))),
            Condition.anyOf(new Condition.Method("GET"), new Condition.Method("HEAD"))));
  }

  private static PolicyObject policy(int service, List<Permission> permissions) {
    var name = "service-" + service;
    var caller = new Party.Named("service-" + (service + 1) % SERVICES);
    return PolicyObject.accepted(
        PolicyObject.key(DATACENTER, "service-intentions", "", name),
        List.of(
            new Intention(
                caller,
                new Party.Named(name),
                permissions,
                Otherwise.DEFAULT,
                new Provenance(DATACENTER, "service-intentions", "", name, 0))));
  }

  @Test
  void one_difference_among_thousands_of_permissions_is_found() {
    var permissions = IntStream.range(0, 10).mapToObj(LargeDiffTest::permission).toList();
    var facts = new ArrayList<Fact>();
    var turned = new ArrayList<Item>();
    for (int i = 0; i < SERVICES; i++) {
      facts.add(new Fact.Registered(aConsulService("service-" + i).build()));
      facts.add(new Fact.Registered(policy(i, permissions)));
      turned.add(policy(i, i == 617 ? permissions.subList(1, 10) : permissions.reversed()));
    }
    var live =
        Mesh.of(
            Catalog.of(List.of(DATACENTER)).with(facts),
            new Mesh.Settings(
                TRUST_DOMAIN,
                new SameName(SameName.Choice.APART, Map.of()),
                Map.of(),
                Visibility.ALLOWED));
    var candidate = new Candidate(turned, Candidate.Replacing.EVERYTHING);

    var rows =
        PolicyDiff.of(
                live,
                new PolicyDiff.Side(Candidate.inForce(), COMPAT),
                new PolicyDiff.Side(candidate, COMPAT))
            .rows();

    assertThat(rows).hasSize(SERVICES + 1);
    assertThat(rows)
        .filteredOn(row -> !(row.comparison() instanceof Comparison.Equal))
        .singleElement()
        .satisfies(row -> {
          assertThat(row.reference()).isEqualTo("service-617");
          assertThat(row.source()).isEqualTo("service-618");
          var different = (Comparison.Different) row.comparison();
          assertThat(different.request().toString()).contains("path=/part-0/");
        });
  }
}
