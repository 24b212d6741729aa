package io.tombolo.mesh.flow;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.aService;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.SourceStatus;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

@Timeout(30)
class InboxTest {
  private static final Fact WEB = new Fact.Registered(aService("web").build());
  private static final Fact WEB_AGAIN = new Fact.Registered(aService("web").notExported().build());
  private static final Fact CART = new Fact.Registered(aService("cart").build());
  private static final Fact COMPLETE = new Fact.Complete(CLUSTER, Set.of());
  private static final Fact RECALLED = new Fact.Recalled(CLUSTER);
  private static final Fact LOST = new Fact.Lost(CLUSTER, Instant.EPOCH, "away");

  private static List<Fact> through(Fact... facts) throws InterruptedException {
    var inbox = new Inbox();
    List.of(facts).forEach(inbox::put);
    return inbox.take();
  }

  @Test
  void a_second_fact_about_one_thing_replaces_the_first() throws Exception {
    assertThat(through(WEB, CART, WEB_AGAIN)).containsExactly(CART, WEB_AGAIN);
    assertThat(through(WEB, new Fact.Gone(aService("web").build().key())))
        .containsExactly(new Fact.Gone(aService("web").build().key()));
  }

  @Test
  void a_complete_listing_comes_after_everything_said_before_it() throws Exception {
    assertThat(through(COMPLETE, WEB, COMPLETE)).containsExactly(WEB, COMPLETE);
    assertThat(through(WEB, COMPLETE, WEB_AGAIN)).containsExactly(COMPLETE, WEB_AGAIN);
  }

  @Test
  void what_was_recalled_or_listed_stays_true_when_the_source_is_lost_after_it() throws Exception {
    var recalled = Catalog.of(List.of(CLUSTER)).with(through(WEB, RECALLED, LOST));
    var listed = Catalog.of(List.of(CLUSTER)).with(through(COMPLETE, LOST));

    assertThat(recalled.sources().get(CLUSTER)).isInstanceOf(SourceStatus.Stale.class);
    assertThat(listed.sources().get(CLUSTER)).isInstanceOf(SourceStatus.Stale.class);
  }

  @Test
  void a_storm_about_one_source_waits_as_one_of_each_kind() throws Exception {
    assertThat(through(LOST, COMPLETE, LOST, COMPLETE, LOST)).containsExactly(COMPLETE, LOST);
  }

  @Test
  void whoever_takes_waits_for_the_first_fact() throws Exception {
    var inbox = new Inbox();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var taken = threads.submit(inbox::take);
      inbox.put(WEB);
      assertThat(taken.get(10, TimeUnit.SECONDS)).containsExactly(WEB);
    }
  }

  @Test
  void what_was_taken_is_not_there_again() throws Exception {
    var inbox = new Inbox();
    inbox.put(WEB);
    var first = inbox.take();
    inbox.put(CART);

    assertThat(first).containsExactly(WEB);
    assertThat(inbox.take()).containsExactly(CART);
  }

  @Test
  void configuration_waits_for_its_companions_until_the_source_has_said_all() throws Exception {
    var inbox = new Inbox(Duration.ofMinutes(5));
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var taken = threads.submit(inbox::take);
      inbox.put(WEB);
      inbox.put(CART);
      inbox.put(COMPLETE);

      assertThat(taken.get(10, TimeUnit.SECONDS)).containsExactly(WEB, CART, COMPLETE);
    }
  }

  @Test
  void endpoints_wait_for_nothing() throws Exception {
    var inbox = new Inbox(Duration.ofMinutes(5));
    var endpoints =
        new Fact.Registered(
            new EndpointSet(aService("web").build().id(), "", List.of(), List.of()));
    inbox.put(endpoints);

    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      assertThat(threads.submit(inbox::take).get(10, TimeUnit.SECONDS)).containsExactly(endpoints);
    }
  }
}
