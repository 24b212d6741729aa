package io.tombolo.xds.delivery;

import static org.assertj.core.api.Assertions.assertThat;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.RandomFacts;
import io.tombolo.xds.TwoWorlds;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Snapshots;
import io.tombolo.xds.snapshot.View;
import java.time.Instant;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random histories of the mesh, told to simulated clients over streams that break.
class DeliveryHistoryTest {
  private static final int STEPS = 60;
  private static final Proxy PROXY = TwoWorlds.sidecar(Examples.aService("cart"), "10.1.0.1");

  /// The views of a mesh that changes at random.
  private static final class Views {
    private final RandomFacts facts;
    private final Snapshots snapshots = new Snapshots();
    private Catalog catalog = Catalog.of(RandomFacts.sources());

    Views(Random random) {
      this.facts = new RandomFacts(random);
    }

    View next() {
      catalog = catalog.with(facts.batch());
      var rule = new SameName(SameName.Choice.MERGE, Map.of());
      return snapshots.next(Mesh.of(catalog, TwoWorlds.settings(rule))).viewFor(PROXY);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_delta_client_ends_with_exactly_its_view_and_never_loses_what_it_uses(long seed) {
    var random = new Random(seed);
    var views = new Views(random);
    var client = new DeltaClient(_ -> true);
    var session = new DeltaSession();
    var wire =
        new Wire<>(session, client.connect(), DeltaDiscoveryResponse.parser(), client::answer);
    var view = views.next();
    for (int step = 0; step < STEPS; step++) {
      if (random.nextInt(20) == 0) {
        session = new DeltaSession();
        wire =
            new Wire<>(session, client.connect(), DeltaDiscoveryResponse.parser(), client::answer);
      }
      view = views.next();
      wire.show(view);
      for (int i = random.nextInt(12); i > 0 && wire.step(random); i--) {
        assertThat(client.proxy.isWhole()).as("seed %d, step %d", seed, step).isTrue();
      }
    }
    settle(wire, random);
    assertThat(client.proxy.matches(view)).as("seed %d", seed).isTrue();
    assertThat(session.delivery().applied()).isEqualTo(view.revision());
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void what_a_delta_client_refuses_stays_as_it_was_and_all_else_goes_on(long seed) {
    var random = new Random(seed);
    var views = new Views(random);
    var client =
        new DeltaClient(resource -> Math.floorMod(resource.getVersion().hashCode(), 7) != 0);
    var wire =
        new Wire<>(
            new DeltaSession(), client.connect(), DeltaDiscoveryResponse.parser(), client::answer);
    var view = views.next();
    for (int step = 0; step < STEPS; step++) {
      view = views.next();
      wire.show(view);
      for (int i = random.nextInt(12); i > 0 && wire.step(random); i--) {}
    }
    settle(wire, random);
    for (var type : ResourceType.values()) {
      view.of(type)
          .all()
          .filter(
              resource -> type.listedWhole() || client.proxy.wants(type).contains(resource.name()))
          .filter(resource -> !client.refused.contains(type + " " + resource.name()))
          .forEach(resource ->
              assertThat(client.proxy.all(type))
                  .as("seed %d", seed)
                  .containsEntry(resource.name(), resource.body()));
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_client_of_the_whole_state_ends_with_exactly_its_view(long seed) {
    var random = new Random(seed);
    var views = new Views(random);
    var client = new SotwClient();
    var session = new SotwSession();
    var wire = new Wire<>(session, client.connect(), DiscoveryResponse.parser(), client::answer);
    var view = views.next();
    // After a reconnect this form does not say what the client has, so that the promise ends there.
    boolean firstStream = true;
    for (int step = 0; step < STEPS; step++) {
      if (random.nextInt(40) == 0) {
        firstStream = false;
        session = new SotwSession();
        wire = new Wire<>(session, client.connect(), DiscoveryResponse.parser(), client::answer);
      }
      view = views.next();
      wire.show(view);
      for (int i = random.nextInt(12); i > 0 && wire.step(random); i--) {
        assertThat(client.proxy.isWhole() || !firstStream)
            .as("seed %d, step %d", seed, step)
            .isTrue();
      }
    }
    settle(wire, random);
    assertThat(client.proxy.matches(view)).as("seed %d", seed).isTrue();
    assertThat(session.delivery().applied()).isEqualTo(view.revision());
  }

  private static void settle(Wire<?, ?> wire, Random random) {
    int steps = 0;
    while (wire.step(random)) {
      assertThat(++steps).as("messages until all is quiet").isLessThan(2_000);
    }
  }

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3})
  void a_client_that_comes_back_with_all_it_needs_is_sent_nothing(long seed) {
    var random = new Random(seed);
    var views = new Views(random);
    var client = new DeltaClient(_ -> true);
    var wire =
        new Wire<>(
            new DeltaSession(), client.connect(), DeltaDiscoveryResponse.parser(), client::answer);
    var view = views.next();
    for (int step = 0; step < 20; step++) {
      view = views.next();
    }
    wire.show(view);
    settle(wire, random);

    var again = new DeltaSession();
    for (DeltaDiscoveryRequest request : client.connect()) {
      again.receive(request, Instant.EPOCH);
    }

    assertThat(again.news(view, Instant.EPOCH))
        .map(response -> Wire.parsed(response, DeltaDiscoveryResponse.parser()))
        .allMatch(response -> response.getResourcesCount() == 0)
        .allMatch(response -> response.getRemovedResourcesCount() == 0);
  }
}
