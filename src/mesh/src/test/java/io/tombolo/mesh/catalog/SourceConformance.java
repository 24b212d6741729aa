package io.tombolo.mesh.catalog;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.policy.PolicyObject;
import java.time.Duration;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// What holds for every source. Each source runs it over its own world; every test has a rig, a
/// source and names of its own, so that the world behind may be shared.
public abstract class SourceConformance {

  /// One source and the world it reads. Writes reach the world even while it is out of the source's
  /// reach. What it wrote is taken away when it is closed.
  public interface Rig extends AutoCloseable {
    /// The source under test, not started yet.
    Source source();

    /// The ID that a service of this name gets.
    ServiceId service(String name);

    /// Registers a healthy instance, and its service (TCP port 8080) if it is not there.
    ///
    /// @param address in 10.77.0.0/16, which the networks of the rig have to allow
    void addEndpoint(String service, String instance, String address);

    /// An address that the world takes and the mesh must not.
    default String badAddress() {
      return "169.254.0.9";
    }

    /// Lets an instance report that it is not fit.
    void makeUnhealthy(String service, String instance);

    void removeEndpoint(String service, String instance);

    /// Writes an intention, one object per destination: this source may call this destination.
    void allow(String source, String destination);

    /// Writes the same object with something that cannot be enforced at L4.
    void askTheImpossible(String source, String destination);

    /// Deletes the object of this destination.
    void removeIntention(String destination);

    /// Takes the world out of the source's reach.
    void cut();

    void mend();

    @Override
    void close();
  }

  private Rig rig;
  private Source source;
  private Heard heard;
  private String one;
  private String other;

  /// A new rig; its world is in reach.
  protected abstract Rig rig();

  @BeforeEach
  void rigUp() {
    var unique = Long.toString(System.nanoTime(), 36);
    one = "one-" + unique;
    other = "other-" + unique;
    rig = rig();
    source = rig.source();
    heard = new Heard(source.id());
  }

  @AfterEach
  void rigDown() {
    source.close();
    rig.close();
  }

  @Test
  void what_is_there_at_the_start_is_said_before_complete() throws Exception {
    rig.addEndpoint(one, "one-1", "10.77.0.1");
    rig.addEndpoint(one, "one-2", "10.77.0.2");
    rig.allow(other, one);

    source.start(heard);
    heard.awaitStatus(SourceStatus.Synced.class);

    assertThat(addresses(one)).containsExactly("10.77.0.1", "10.77.0.2");
    assertThat(heard.catalog().services()).containsKey(rig.service(one));
    assertThat(policiesAbout(one)).hasSize(1);
  }

  @Test
  void endpoints_come_sicken_and_go() throws Exception {
    source.start(heard);
    heard.awaitStatus(SourceStatus.Synced.class);

    rig.addEndpoint(one, "one-1", "10.77.0.1");
    rig.addEndpoint(one, "one-2", "10.77.0.2");
    heard.await("two endpoints", _ -> addresses(one).equals(List.of("10.77.0.1", "10.77.0.2")));
    assertThat(endpoints(one).map(Endpoint::health)).containsOnly(Health.HEALTHY);

    rig.makeUnhealthy(one, "one-1");
    heard.await(
        "an unhealthy endpoint",
        _ -> endpoints(one).anyMatch(endpoint -> endpoint.health() == Health.UNHEALTHY));

    rig.removeEndpoint(one, "one-1");
    heard.await("one endpoint less", _ -> addresses(one).equals(List.of("10.77.0.2")));
    assertThat(heard.status()).isInstanceOf(SourceStatus.Synced.class);
  }

  @Test
  void intentions_come_and_go() throws Exception {
    source.start(heard);
    heard.awaitStatus(SourceStatus.Synced.class);

    rig.allow(other, one);
    heard.await("the intention", _ -> policiesAbout(one).count() == 1);

    rig.removeIntention(one);
    heard.await("no intention", _ -> policiesAbout(one).count() == 0);
  }

  @Test
  void an_intention_that_cannot_be_enforced_is_rejected_and_the_last_good_one_stays()
      throws Exception {
    source.start(heard);
    rig.allow(other, one);
    heard.await("the intention", _ -> policiesAbout(one).count() == 1);

    rig.askTheImpossible(other, one);

    heard.await("its rejection", _ -> policiesAbout(one).anyMatch(p -> !p.problems().isEmpty()));
    assertThat(policiesAbout(one).toList().getFirst().intentions()).hasSize(1);
  }

  @Test
  @Tag("spine")
  void a_world_that_is_lost_takes_nothing_with_it() throws Exception {
    rig.addEndpoint(one, "one-1", "10.77.0.1");
    rig.allow(other, one);
    source.start(heard);
    heard.awaitStatus(SourceStatus.Synced.class);

    rig.cut();
    heard.awaitStatus(SourceStatus.Stale.class);
    assertThat(addresses(one)).containsExactly("10.77.0.1");
    assertThat(policiesAbout(one)).hasSize(1);
    rig.mend();
    heard.awaitStatus(SourceStatus.Synced.class);

    assertThat(addresses(one)).containsExactly("10.77.0.1");
    assertThat(policiesAbout(one)).hasSize(1);
    assertThat(heard.facts())
        .noneMatch(fact -> fact instanceof Fact.Gone(var key) && key.name().equals(one));
  }

  @Test
  @Tag("spine")
  void what_changed_while_the_world_was_lost_is_seen_when_it_is_back() throws Exception {
    rig.addEndpoint(one, "one-1", "10.77.0.1");
    rig.addEndpoint(one, "one-2", "10.77.0.2");
    rig.allow(other, one);
    source.start(heard);
    heard.awaitStatus(SourceStatus.Synced.class);

    rig.cut();
    heard.awaitStatus(SourceStatus.Stale.class);
    rig.removeEndpoint(one, "one-1");
    rig.addEndpoint(other, "other-1", "10.77.0.3");
    rig.removeIntention(one);
    rig.mend();

    heard.awaitStatus(SourceStatus.Synced.class);
    heard.await("the removal", _ -> addresses(one).equals(List.of("10.77.0.2")));
    heard.await("the addition", _ -> addresses(other).equals(List.of("10.77.0.3")));
    heard.await("the removal of the intention", _ -> policiesAbout(one).count() == 0);
  }

  @Test
  @Tag("spine")
  void a_start_while_the_world_is_out_of_reach_says_lost_and_goes_on_trying() throws Exception {
    rig.addEndpoint(one, "one-1", "10.77.0.1");
    rig.cut();

    source.start(heard);
    heard.awaitStatus(SourceStatus.Failed.class);
    assertThat(heard.facts()).allMatch(Fact.Lost.class::isInstance);
    rig.mend();

    heard.awaitStatus(SourceStatus.Synced.class);
    assertThat(addresses(one)).containsExactly("10.77.0.1");
  }

  @Test
  void an_address_outside_the_networks_is_quarantined() throws Exception {
    source.start(heard);
    rig.addEndpoint(one, "one-1", rig.badAddress());
    rig.addEndpoint(one, "one-2", "10.77.0.2");

    heard.await("the good endpoint", _ -> addresses(one).equals(List.of("10.77.0.2")));
    heard.await("the bad one", catalog -> quarantined(catalog, one) == 1);
  }

  @Test
  void nothing_is_said_after_close() throws Exception {
    source.start(heard);
    heard.awaitStatus(SourceStatus.Synced.class);

    source.close();
    int said = heard.facts().size();
    rig.addEndpoint(one, "one-1", "10.77.0.1");

    assertThat(heard.silentFor(Duration.ofMillis(500))).isTrue();
    assertThat(heard.facts()).hasSize(said);
  }

  private Stream<Endpoint> endpoints(String service) {
    return heard.catalog().endpointsOf(rig.service(service));
  }

  private List<String> addresses(String service) {
    return endpoints(service).map(Endpoint::address).sorted().toList();
  }

  private long quarantined(Catalog catalog, String service) {
    return catalog
        .itemsOf(source.id())
        .filter(item -> item instanceof EndpointSet set && set.service().name().equals(service))
        .mapToLong(item -> ((EndpointSet) item).quarantined().size())
        .sum();
  }

  private Stream<PolicyObject> policiesAbout(String destination) {
    return heard
        .catalog()
        .itemsOf(source.id())
        .filter(PolicyObject.class::isInstance)
        .map(PolicyObject.class::cast)
        .filter(policy -> policy.key().name().equals(destination));
  }
}
