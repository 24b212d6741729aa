package io.tombolo.mesh.policy;

import static io.tombolo.mesh.catalog.Enforcement.AUDIT;
import static io.tombolo.mesh.catalog.Enforcement.ENFORCE;
import static io.tombolo.mesh.catalog.Enforcement.PERMISSIVE;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.catalog.Banned;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Intention.Action;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

@Tag("intentions")
class AdoptionTest {
  private static final SpiffeId WEB = SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", "web");
  private static final SpiffeId CART =
      SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", "cart");
  private static final SpiffeId BANNED =
      SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", "banned");
  private static final SpiffeId PARTNER = SpiffeId.parse("spiffe://partner.example/pay");
  private static final SpiffeId STRANGER = SpiffeId.parse("spiffe://partner.example/other");

  private static Service api(Optional<Enforcement> asked) {
    var plain = Examples.aConsulService("api").build();
    return new Service(
        plain.id(),
        plain.ports(),
        plain.consulNames(),
        plain.virtualAddresses(),
        plain.labels(),
        plain.exported(),
        plain.httpProfile(),
        asked);
  }

  /// Lets `web` and a partner call `api`.
  private static InboundPolicy policy(Enforcement asked) {
    var service = api(Optional.of(asked));
    var catalog =
        Catalog.of(List.of(DATACENTER))
            .with(
                List.of(
                    new Fact.Registered(service),
                    new Fact.Bans(new Banned(Set.of(BANNED), Set.of()))));
    var intentions =
        Intentions.of(
            List.of(
                PolicyObject.accepted(
                    PolicyObject.key(DATACENTER, "service-intentions", "", "api"),
                    List.of(
                        allow(new Party.Named("web"), 0),
                        allow(new Party.Named("banned"), 1),
                        allow(new Party.Identified(PARTNER), 2)))));
    var naming = Naming.of(List.of(service), new SameName(SameName.Choice.APART, Map.of()));
    var adoption = new Adoption(ENFORCE, PERMISSIVE);
    return new Policies(intentions, catalog, naming, TRUST_DOMAIN, Mode.STRICT, adoption)
        .at(service);
  }

  private static Intention allow(Party source, int entry) {
    var writtenIn = new Provenance(DATACENTER, "service-intentions", "", "api", entry);
    return new Intention(source, new Party.Named("api"), Action.ALLOW, writtenIn);
  }

  private static boolean lets(InboundPolicy policy, SpiffeId caller) {
    return policy.lets(Request.connection(caller, 8080));
  }

  @ParameterizedTest
  @CsvSource({
    "ENFORCE, ENFORCE, , ENFORCE",
    "ENFORCE, ENFORCE, PERMISSIVE, ENFORCE",
    "AUDIT, AUDIT, , AUDIT",
    "AUDIT, AUDIT, ENFORCE, ENFORCE",
    "AUDIT, AUDIT, PERMISSIVE, AUDIT",
    "ENFORCE, AUDIT, PERMISSIVE, AUDIT",
    "ENFORCE, PERMISSIVE, PERMISSIVE, PERMISSIVE"
  })
  void a_service_has_what_it_asks_for_but_not_less_than_the_least(
      Enforcement byDefault, Enforcement least, Enforcement asked, Enforcement outcome) {
    assertThat(new Adoption(byDefault, least).at(api(Optional.ofNullable(asked))))
        .isEqualTo(outcome);
  }

  @Test
  void the_default_is_not_below_the_least() {
    assertThatThrownBy(() -> new Adoption(PERMISSIVE, AUDIT))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("audit");
  }

  @ParameterizedTest
  @CsvSource({"PERMISSIVE", "AUDIT"})
  void whoever_is_of_the_mesh_is_let_in_while_rules_still_say_what_they_say(Enforcement asked) {
    var policy = policy(asked);

    assertThat(lets(policy, CART)).isTrue();
    assertThat(policy.mayAllow(CART)).isTrue();
    assertThat(policy.decide(Request.connection(CART, 8080)).allowed()).isFalse();
    assertThat(policy.decide(Request.connection(WEB, 8080)).allowed()).isTrue();
  }

  @ParameterizedTest
  @CsvSource({"PERMISSIVE", "AUDIT", "ENFORCE"})
  void rules_always_bind_who_is_banned_and_who_is_of_another_domain(Enforcement asked) {
    var policy = policy(asked);

    assertThat(lets(policy, BANNED)).isFalse();
    assertThat(policy.mayAllow(BANNED)).isFalse();
    assertThat(lets(policy, PARTNER)).isTrue();
    assertThat(lets(policy, STRANGER)).isFalse();
  }

  @Test
  void rules_decide_once_they_are_enforced() {
    assertThat(lets(policy(ENFORCE), CART)).isFalse();
    assertThat(lets(policy(ENFORCE), WEB)).isTrue();
    assertThat(policy(AUDIT).enforced()).isEqualTo(policy(ENFORCE));
  }

  @Test
  void what_binds_others_is_what_rules_say_of_them() {
    assertThat(policy(AUDIT).binding().rules())
        .extracting(rule -> rule.intention().source())
        .containsExactly(new Party.Identified(PARTNER));
    assertThat(policy(ENFORCE).binding()).isEqualTo(policy(ENFORCE));
  }
}
