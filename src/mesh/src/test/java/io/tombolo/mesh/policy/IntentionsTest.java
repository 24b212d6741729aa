package io.tombolo.mesh.policy;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.catalog.Examples.aService;
import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class IntentionsTest {
  private static final Examples.AService WEB = aService("web");
  private static final Examples.AService BILLING = aConsulService("billing");
  private static final SpiffeId WEB_ID = id("/ns/shop/sa/web");
  private static final SpiffeId BILLING_ID = id("/ns/default/dc/dc1/svc/billing");
  private static final SpiffeId STRANGER = id("/ns/other/sa/stranger");
  private static final SpiffeId GATEWAY = SpiffeId.meshGateway(TRUST_DOMAIN, "vms");
  private static final Party EVERYONE = new Party.Everyone();

  private static SpiffeId id(String path) {
    return new SpiffeId(TRUST_DOMAIN, path);
  }

  private static Intention rule(Party source, Party destination, Intention.Action action) {
    var object = source + "-to-" + destination;
    var provenance = new Provenance(DATACENTER, "service-intentions", "", object, 0);
    return new Intention(source, destination, action, provenance);
  }

  private static Request from(SpiffeId caller) {
    return Request.connection(caller, 8080);
  }

  private static Decision ruledBy(InboundPolicy policy, Intention intention) {
    return new Decision.Ruled(
        policy.rules().stream().filter(r -> r.intention().equals(intention)).findFirst().get());
  }

  private static Party named(String name) {
    return new Party.Named(name);
  }

  private static InboundPolicy at(Service destination, Intention... rules) {
    return at(Mode.STRICT, destination, rules);
  }

  private static InboundPolicy at(Mode mode, Service destination, Intention... rules) {
    var facts = new ArrayList<Fact>();
    facts.add(new Fact.Registered(WEB.build()));
    facts.add(new Fact.Registered(WEB.at("10.1.0.7")));
    facts.add(new Fact.Registered(BILLING.build()));
    facts.add(new Fact.Registered(BILLING.at("10.2.0.7")));
    var key = PolicyObject.key(DATACENTER, "service-intentions", "", "test");
    facts.add(new Fact.Registered(PolicyObject.accepted(key, List.of(rules))));
    var catalog = Catalog.of(List.of(CLUSTER, DATACENTER)).with(facts);
    var apart = new SameName(SameName.Choice.APART, Map.of());
    var naming = Naming.of(catalog.services().values(), apart);
    var intentions = Intentions.of(catalog.others().values());
    return new Policies(intentions, catalog, naming, TRUST_DOMAIN, mode, Adoption.ENFORCED)
        .at(destination);
  }

  /// Consul's table for its community edition, where the namespace is always `default`.
  @ParameterizedTest
  @CsvSource({"web, api, 9", "*, api, 8", "web, *, 6", "*, *, 5"})
  void precedence_is_consuls(String source, String destination, int precedence) {
    var from = source.equals("*") ? EVERYONE : named(source);
    var to = destination.equals("*") ? EVERYONE : named(destination);

    assertThat(rule(from, to, ALLOW).precedence()).isEqualTo(precedence);
  }

  /// As Consul's proxies are told, whatever its own check says.
  @ParameterizedTest
  @CsvSource({"DENY, ALLOW, true", "ALLOW, DENY, false", "DENY, DENY, true", "ALLOW, ALLOW, false"})
  @Tag("intentions")
  void as_consul_one_source_to_everyone_overtakes_unless_it_is_the_default(
      Intention.Action byDefault, Intention.Action ofSource, boolean allowed) {
    var toAll = rule(named("billing"), EVERYONE, ofSource);
    var fromAll =
        rule(EVERYONE, named("web-shop"), byDefault == ofSource ? other(ofSource) : byDefault);
    var caller = from(BILLING_ID);

    assertThat(at(new Mode(false, byDefault), WEB.build(), toAll, fromAll).decide(caller).allowed())
        .isEqualTo(allowed);
    assertThat(at(WEB.build(), toAll, fromAll).decide(caller))
        .isEqualTo(ruledBy(at(WEB.build(), toAll, fromAll), fromAll));
    assertThat(Finding.of(toAll)).extracting(Finding::code).containsExactly(Finding.Code.OVERTAKES);
  }

  private static Intention.Action other(Intention.Action action) {
    return action == ALLOW ? DENY : ALLOW;
  }

  @Test
  void without_a_rule_everybody_is_denied() {
    assertThat(at(BILLING.build()).decide(from(WEB_ID))).isEqualTo(new Decision.Defaulted(DENY));
    assertThat(InboundPolicy.NOBODY.decide(from(WEB_ID)).allowed()).isFalse();
  }

  @Test
  void another_trust_domain_is_never_everyone() {
    var partner = SpiffeId.parse("spiffe://partner.example/ns/shop/sa/web");
    var policy =
        at(
            BILLING.build(),
            rule(EVERYONE, named("billing"), ALLOW),
            rule(new Party.InNamespace("shop"), named("billing"), ALLOW),
            rule(new Party.Account("shop", "web"), named("billing"), ALLOW));

    assertThat(policy.decide(from(WEB_ID)).allowed()).isTrue();
    assertThat(policy.decide(from(partner))).isEqualTo(new Decision.Defaulted(DENY));
    assertThat(policy.partners(TRUST_DOMAIN)).isEmpty();
  }

  @Test
  void an_identity_of_another_trust_domain_is_named_as_a_whole() {
    var partner = SpiffeId.parse("spiffe://partner.example/caller");
    var allow = rule(new Party.Identified(partner), named("billing"), ALLOW);
    var policy = at(BILLING.build(), allow, rule(EVERYONE, named("billing"), DENY));

    assertThat(allow.precedence()).isEqualTo(9);
    assertThat(policy.decide(from(partner))).isEqualTo(ruledBy(policy, allow));
    assertThat(policy.decide(from(SpiffeId.parse("spiffe://partner.example/caller/x"))).allowed())
        .isFalse();
    assertThat(policy.decide(from(WEB_ID)).allowed()).isFalse();
    assertThat(policy.partners(TRUST_DOMAIN)).containsExactly(partner.trustDomain());
  }

  @Test
  void who_is_only_denied_is_no_partner() {
    var own = rule(new Party.Identified(WEB_ID), named("billing"), ALLOW);
    var denied =
        rule(
            new Party.Identified(SpiffeId.parse("spiffe://partner.example/caller")),
            named("billing"),
            DENY);

    assertThat(at(BILLING.build(), own, denied).partners(TRUST_DOMAIN)).isEmpty();
  }

  @Test
  void an_exact_source_is_tried_before_everyone() {
    var allowWeb = rule(named("web-shop"), named("billing"), ALLOW);
    var denyAll = rule(EVERYONE, named("billing"), DENY);

    var policy = at(BILLING.build(), denyAll, allowWeb);

    assertThat(policy.decide(from(WEB_ID))).isEqualTo(ruledBy(policy, allowWeb));
    assertThat(policy.decide(from(STRANGER))).isEqualTo(ruledBy(policy, denyAll));
  }

  @Test
  void an_exact_destination_weighs_more_than_an_exact_source() {
    var denyWebEverywhere = rule(named("web-shop"), EVERYONE, DENY);
    var allowAllToBilling = rule(EVERYONE, named("billing"), ALLOW);

    var policy = at(BILLING.build(), denyWebEverywhere, allowAllToBilling);

    assertThat(policy.decide(from(WEB_ID))).isEqualTo(ruledBy(policy, allowAllToBilling));
    assertThat(policy.rules()).hasSize(2);
  }

  @Test
  void between_equals_deny_is_tried_first() {
    var allow = rule(named("web-shop"), named("billing"), ALLOW);
    var deny = rule(new Party.InWorld(World.KUBERNETES, "shop", "web"), named("billing"), DENY);

    assertThat(at(BILLING.build(), allow, deny).decide(from(WEB_ID)).allowed()).isFalse();
    assertThat(at(BILLING.build(), deny, allow).decide(from(WEB_ID)).allowed()).isFalse();
  }

  @Test
  void a_rule_about_another_destination_is_not_there() {
    assertThat(at(BILLING.build(), rule(EVERYONE, named("ledger"), ALLOW)).rules()).isEmpty();
  }

  @Test
  void a_consul_intention_may_name_a_kubernetes_service_as_source_and_as_destination() {
    var in = rule(named("billing"), named("web-shop"), ALLOW);
    var out = rule(named("web-shop"), named("billing"), ALLOW);

    assertThat(at(WEB.build(), in).decide(from(BILLING_ID)).allowed()).isTrue();
    assertThat(at(BILLING.build(), out).decide(from(WEB_ID)).allowed()).isTrue();
  }

  @Test
  void an_intention_of_kubernetes_names_services_by_world_namespace_and_account() {
    var billing = new Party.InWorld(World.CONSUL, "default", "billing");
    var web = new Party.InWorld(World.KUBERNETES, "shop", "web");

    assertThat(at(WEB.build(), rule(billing, web, ALLOW)).decide(from(BILLING_ID)).allowed())
        .isTrue();
    assertThat(
            at(BILLING.build(), rule(new Party.Account("shop", "web"), billing, ALLOW))
                .decide(from(WEB_ID))
                .allowed())
        .isTrue();
  }

  @Test
  void a_namespace_is_its_pods_and_not_one_that_starts_alike() {
    var policy = at(BILLING.build(), rule(new Party.InNamespace("shop"), named("billing"), ALLOW));

    assertThat(policy.decide(from(WEB_ID)).allowed()).isTrue();
    assertThat(policy.decide(from(id("/ns/shop-2/sa/web"))).allowed()).isFalse();
    assertThat(policy.decide(from(id("/ns/shop/dc/dc1/svc/web"))).allowed()).isFalse();
  }

  @Test
  void everyone_is_every_workload_of_this_trust_domain_and_no_gateway() {
    var policy = at(BILLING.build(), rule(EVERYONE, named("billing"), ALLOW));

    assertThat(policy.decide(from(STRANGER)).allowed()).isTrue();
    assertThat(policy.decide(from(GATEWAY)).allowed()).isFalse();
    assertThat(policy.decide(from(SpiffeId.controlPlane(TRUST_DOMAIN))).allowed()).isFalse();
    assertThat(policy.decide(from(SpiffeId.parse("spiffe://elsewhere/ns/shop/sa/web"))).allowed())
        .isFalse();
  }

  @Test
  void a_consul_name_is_an_identity_before_anything_is_registered_under_it() {
    var policy = at(BILLING.build(), rule(named("future"), named("billing"), ALLOW));

    assertThat(policy.decide(from(id("/ns/default/dc/dc1/svc/future"))).allowed()).isTrue();
    assertThat(policy.decide(from(id("/ns/default/dc/dc2/svc/future"))).allowed()).isFalse();
  }

  @Test
  void a_source_that_nobody_is_matches_nobody() {
    var nobody = new Party.InWorld(World.KUBERNETES, "shop", "nobody");

    var policy = at(BILLING.build(), rule(nobody, named("billing"), ALLOW));

    assertThat(policy.rules()).singleElement().satisfies(r -> assertThat(r.principals()).isEmpty());
    assertThat(policy.decide(from(WEB_ID)).allowed()).isFalse();
  }

  @Test
  void what_is_written_for_an_account_holds_at_its_workloads_and_at_no_others() {
    var allow = rule(named("billing"), new Party.Account("shop", "web"), ALLOW);
    var elsewhere = rule(named("billing"), new Party.Account("shop", "other"), ALLOW);
    var policy = at(WEB.build(), allow, elsewhere);

    assertThat(policy.rules()).extracting(Rule::intention).containsExactly(allow);
    assertThat(policy.at(WEB_ID).decide(from(BILLING_ID)).allowed()).isTrue();
    assertThat(policy.at(STRANGER).decide(from(BILLING_ID)).allowed()).isFalse();
    assertThat(at(BILLING.build(), allow).rules()).isEmpty();
  }

  @Test
  void a_denial_at_some_workloads_of_a_service_does_not_hide_it_from_the_caller() {
    var deny = rule(named("billing"), new Party.Identified(WEB_ID), DENY);
    var allow = rule(EVERYONE, new Party.InWorld(World.KUBERNETES, "shop", "web"), ALLOW);
    var policy = at(WEB.build(), deny, allow);

    assertThat(policy.mayAllow(BILLING_ID)).isTrue();
    assertThat(policy.at(WEB_ID).decide(from(BILLING_ID)).allowed()).isFalse();
    assertThat(policy.at(STRANGER).decide(from(BILLING_ID)).allowed()).isTrue();
  }

  @Test
  void anyone_is_of_other_trust_domains_too() {
    var partner = SpiffeId.parse("spiffe://partner.example/caller");
    var policy =
        at(
            BILLING.build(),
            rule(new Party.Anyone(), EVERYONE, DENY),
            rule(new Party.Identified(partner), EVERYONE, ALLOW));

    assertThat(policy.decide(from(partner)).allowed()).isTrue();
    assertThat(policy.decide(from(GATEWAY)))
        .isInstanceOfSatisfying(
            Decision.Ruled.class,
            ruled -> assertThat(ruled.by().intention().source()).isEqualTo(new Party.Anyone()));
  }

  @Test
  void an_object_in_force_as_far_as_it_goes_replaces_what_was() {
    var key = PolicyObject.key(DATACENTER, "TrafficTarget", "", "billing");
    var good = PolicyObject.accepted(key, List.of(rule(EVERYONE, named("billing"), ALLOW)));
    var partial = PolicyObject.partial(key, List.of(), List.of("spec.rules[0]: not there"));
    var catalog =
        Catalog.of(List.of(DATACENTER))
            .with(List.of(new Fact.Registered(good)))
            .with(List.of(new Fact.Registered(partial)));

    assertThat(catalog.others().get(key)).isEqualTo(partial);
  }

  @Test
  void a_rejected_object_leaves_its_last_good_rules_in_force() {
    var key = PolicyObject.key(DATACENTER, "service-intentions", "", "billing");
    var good = PolicyObject.accepted(key, List.of(rule(EVERYONE, named("billing"), ALLOW)));
    var bad = PolicyObject.rejected(key, List.of("Sources[0].Permissions: not supported"));
    var catalog =
        Catalog.of(List.of(DATACENTER))
            .with(List.of(new Fact.Registered(good)))
            .with(List.of(new Fact.Registered(bad)))
            .with(List.of(new Fact.Registered(bad)));

    assertThat(catalog.others().get(key))
        .isEqualTo(new PolicyObject(key, good.intentions(), bad.problems()));
  }

  @Test
  void an_object_rejected_from_the_start_allows_nothing() {
    var key = PolicyObject.key(DATACENTER, "service-intentions", "", "billing");
    var bad = PolicyObject.rejected(key, List.of("Sources[0].Permissions: not supported"));

    var catalog = Catalog.of(List.of(DATACENTER)).with(List.of(new Fact.Registered(bad)));

    assertThat(catalog.others()).containsEntry(key, bad);
    assertThat(bad.intentions()).isEmpty();
  }
}
