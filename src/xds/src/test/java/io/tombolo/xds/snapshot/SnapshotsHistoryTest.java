package io.tombolo.xds.snapshot;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.ByteString;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.mesh.scope.Upstream;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.xds.RandomFacts;
import io.tombolo.xds.TwoWorlds;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("push")
class SnapshotsHistoryTest {
  private static final List<Proxy> PROXIES =
      List.of(
          TwoWorlds.sidecar(Examples.aService("cart"), "10.1.0.1"),
          TwoWorlds.sidecar(
              Examples.aConsulService("billing"),
              "10.2.0.1",
              new Upstream("cart", 0, "127.0.0.1", 9001)),
          TwoWorlds.gateway("pods"),
          TwoWorlds.gateway("vms"),
          TwoWorlds.gateway("unheard-of"));

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12, 13, 14, 15, 16})
  void after_any_history_every_byte_is_as_if_translated_anew(long seed) {
    var random = new Random(seed);
    var facts = new RandomFacts(random);
    var rule = new SameName(List.of(SameName.Choice.values()).get((int) (seed % 4)), Map.of());
    var snapshots = new Snapshots();
    var settings = TwoWorlds.settings(rule, seed <= 8 ? Visibility.ALLOWED : Visibility.EVERYTHING);
    var views = new HashMap<Proxy, View>();
    var mesh = Mesh.of(Catalog.of(RandomFacts.sources()), settings);
    for (int step = 0; step < 120; step++) {
      mesh = mesh.then(mesh.catalog().with(facts.batch()));
      var fresh = Mesh.of(mesh.catalog(), settings);
      assertThat(mesh).as("seed %d, step %d", seed, step).isEqualTo(fresh);
      var after = snapshots.next(mesh);
      var anew = new Snapshots().next(fresh);
      for (var proxy : PROXIES) {
        var demands = demands(random);
        var view = after.viewFor(proxy, demands, views.getOrDefault(proxy, View.NOTHING));
        views.put(proxy, view);
        assertThat(bytes(view))
            .as("seed %d, step %d, %s", seed, step, proxy.nodeId())
            .isEqualTo(bytes(anew.viewFor(proxy, demands, View.NOTHING)));
      }
    }
  }

  /// Of the addresses that services of [RandomFacts] have, any few.
  private static Set<String> demands(Random random) {
    return random
        .ints(random.nextInt(40), 0, 200)
        .mapToObj(i -> "demand:10.96.0." + i + ":8080")
        .collect(Collectors.toSet());
  }

  private static List<ByteString> bytes(View view) {
    return List.of(ResourceType.values()).stream()
        .flatMap(type -> view.of(type).all())
        .map(Resource::encoded)
        .toList();
  }
}
