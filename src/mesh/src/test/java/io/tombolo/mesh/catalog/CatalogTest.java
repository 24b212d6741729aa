package io.tombolo.mesh.catalog;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.catalog.Examples.aService;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;

class CatalogTest {
  private static final Instant NOW = Instant.parse("2026-01-01T00:00:00Z");
  private static final Service WEB = aService("web").build();
  private static final Service BILLING = aConsulService("billing").build();
  private static final EndpointSet WEB_AT = aService("web").at("10.1.0.7");
  private static final Catalog EMPTY = Catalog.of(List.of(CLUSTER, DATACENTER));

  private static Catalog with(Catalog catalog, Fact... facts) {
    return catalog.with(List.of(facts));
  }

  private static Fact registered(Item item) {
    return new Fact.Registered(item);
  }

  private static Fact complete(SourceId source, Item... present) {
    return new Fact.Complete(
        source,
        List.of(present).stream().map(Item::key).collect(java.util.stream.Collectors.toSet()));
  }

  private static Fact lost(SourceId source, String why) {
    return new Fact.Lost(source, NOW, why);
  }

  @Test
  void nothing_is_servable_before_every_source_has_said_that_it_is_complete() {
    var one = with(EMPTY, registered(WEB), complete(CLUSTER, WEB));

    assertThat(EMPTY.servable()).isFalse();
    assertThat(one.servable()).isFalse();
    assertThat(with(one, complete(DATACENTER)).servable()).isTrue();
  }

  @Test
  void a_lost_source_removes_nothing_and_stays_servable() {
    var synced =
        with(
            EMPTY,
            registered(WEB),
            registered(WEB_AT),
            complete(CLUSTER, WEB, WEB_AT),
            complete(DATACENTER));

    var stale = with(synced, lost(CLUSTER, "connection refused"));

    assertThat(stale.services()).isEqualTo(synced.services());
    assertThat(stale.endpoints()).isEqualTo(synced.endpoints());
    assertThat(stale.servable()).isTrue();
    assertThat(stale.sources())
        .containsEntry(CLUSTER, new SourceStatus.Stale(NOW, "connection refused"));
  }

  @Test
  void a_stale_source_keeps_the_time_since_when() {
    var stale = with(EMPTY, complete(CLUSTER), lost(CLUSTER, "one"));

    var later = with(stale, new Fact.Lost(CLUSTER, NOW.plusSeconds(60), "another"));

    assertThat(later.sources()).containsEntry(CLUSTER, new SourceStatus.Stale(NOW, "another"));
  }

  @Test
  void a_source_that_was_never_known_is_failed_and_not_servable() {
    var failed = with(EMPTY, lost(DATACENTER, "connection refused"), complete(CLUSTER));

    assertThat(failed.sources())
        .containsEntry(DATACENTER, new SourceStatus.Failed(NOW, "connection refused"));
    assertThat(failed.servable()).isFalse();
  }

  @Test
  void a_source_that_cannot_be_read_at_start_is_served_as_an_earlier_run_knew_it() {
    var recalled = with(EMPTY, registered(BILLING), new Fact.Recalled(DATACENTER));

    var stale = with(recalled, lost(DATACENTER, "connection refused"), complete(CLUSTER));

    assertThat(recalled.servable()).isFalse();
    assertThat(stale.servable()).isTrue();
    assertThat(stale.services()).containsKey(BILLING.id());
  }

  @Test
  void what_a_complete_listing_does_not_name_is_gone_and_only_of_that_source() {
    var both =
        with(EMPTY, registered(WEB), registered(WEB_AT), registered(BILLING), complete(CLUSTER));

    assertThat(both.services()).containsOnlyKeys(BILLING.id());
    assertThat(both.endpoints()).isEmpty();
  }

  @Test
  void a_source_that_comes_back_is_synced_and_its_recalled_leftovers_are_gone() {
    var recalled = with(EMPTY, registered(WEB), registered(WEB_AT), new Fact.Recalled(CLUSTER));

    var back = with(recalled, lost(CLUSTER, "away"), registered(WEB), complete(CLUSTER, WEB));

    assertThat(back.services()).containsKey(WEB.id());
    assertThat(back.endpointsOf(WEB.id())).isEmpty();
    assertThat(back.sources()).containsEntry(CLUSTER, new SourceStatus.Synced());
  }

  @Test
  void facts_that_change_nothing_give_the_very_same_catalog() {
    var before = with(EMPTY, registered(WEB), registered(WEB_AT), complete(CLUSTER, WEB, WEB_AT));

    var after =
        with(
            before,
            registered(aService("web").build()),
            registered(aService("web").at("10.1.0.7")),
            new Fact.Gone(BILLING.key()),
            complete(CLUSTER, WEB, WEB_AT));

    assertThat(after).isSameAs(before);
  }

  @Test
  void each_batch_that_changes_something_is_the_next_revision() {
    var one = with(EMPTY, registered(WEB), registered(WEB_AT));

    assertThat(one.revision()).isEqualTo(1);
    assertThat(with(one, new Fact.Gone(WEB_AT.key())).revision()).isEqualTo(2);
  }

  @Test
  void the_earlier_catalog_stays_as_it_was() {
    var before = with(EMPTY, registered(WEB), registered(WEB_AT));

    var after = with(before, new Fact.Gone(WEB.key()), new Fact.Gone(WEB_AT.key()));

    assertThat(after.services()).isEmpty();
    assertThat(before.services()).containsOnlyKeys(WEB.id());
    assertThat(before.endpointsOf(WEB.id())).hasSize(1);
  }

  @Test
  void sets_of_one_service_come_and_go_on_their_own() {
    var slice1 = new EndpointSet(WEB.id(), "web-1", WEB_AT.endpoints(), List.of());
    var slice2 =
        new EndpointSet(WEB.id(), "web-2", aService("web").at("10.1.0.8").endpoints(), List.of());
    var both = with(EMPTY, registered(slice2), registered(slice1));

    assertThat(both.endpointsOf(WEB.id()))
        .extracting(Endpoint::address)
        .containsExactly("10.1.0.7", "10.1.0.8");
    assertThat(with(both, new Fact.Gone(slice1.key())).endpointsOf(WEB.id()))
        .extracting(Endpoint::address)
        .containsExactly("10.1.0.8");
  }

  @Test
  void a_refused_object_is_an_item_that_goes_like_any_other() {
    var refused = new Refused(CLUSTER, "Service shop/Web", "metadata.name: ...");
    var shown = with(EMPTY, registered(refused));

    assertThat(shown.itemsOf(CLUSTER)).containsExactly(refused);
    assertThat(with(shown, complete(CLUSTER)).itemsOf(CLUSTER)).isEmpty();
  }

  @Test
  void a_source_that_is_not_configured_cannot_speak() {
    var stranger = new Fact.Complete(SourceId.consul("elsewhere"), Set.of());

    assertThatThrownBy(() -> with(EMPTY, stranger)).hasMessageContaining("consul/elsewhere");
  }
}
