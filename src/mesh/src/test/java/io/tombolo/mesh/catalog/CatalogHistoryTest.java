package io.tombolo.mesh.catalog;

import static io.tombolo.mesh.catalog.Examples.CLUSTER;
import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static io.tombolo.mesh.catalog.Examples.aService;
import static org.assertj.core.api.Assertions.assertThat;

import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// Random histories of facts against the plainest model there is: a map from key to item.
class CatalogHistoryTest {
  private static final List<SourceId> SOURCES = List.of(CLUSTER, DATACENTER);

  @ParameterizedTest(name = "seed {0}")
  @ValueSource(longs = {1, 2, 3, 4, 5, 6, 7, 8})
  void a_catalog_holds_what_was_registered_and_not_taken_back(long seed) {
    var random = new Random(seed);
    var model = new HashMap<Key, Item>();
    var catalog = Catalog.of(SOURCES);
    for (int step = 0; step < 500; step++) {
      var batch = new ArrayList<Fact>();
      for (int i = random.nextInt(4); i >= 0; i--) {
        batch.add(fact(random, model));
      }
      var before = catalog;
      var known = Map.copyOf(model);
      batch.forEach(fact -> apply(model, fact));
      catalog = catalog.with(batch);
      assertThat(items(catalog)).as("seed %d, step %d", seed, step).isEqualTo(model);
      assertThat(items(before)).as("untouched, seed %d, step %d", seed, step).isEqualTo(known);
    }
  }

  private static Fact fact(Random random, Map<Key, Item> model) {
    var source = SOURCES.get(random.nextInt(2));
    return switch (random.nextInt(10)) {
      case 0, 1, 2, 3, 4 -> new Fact.Registered(item(random, source));
      case 5, 6 -> new Fact.Gone(item(random, source).key());
      case 7 -> new Fact.Lost(source, Instant.EPOCH.plusSeconds(random.nextInt(9)), "away");
      case 8 -> new Fact.Recalled(source);
      default -> new Fact.Complete(source, some(random, model, source));
    };
  }

  private static Item item(Random random, SourceId source) {
    var name = "s" + random.nextInt(4);
    var service = (source.world() == World.KUBERNETES ? aService(name) : aConsulService(name));
    var set = service.at("10.0.0." + random.nextInt(3));
    return switch (random.nextInt(4)) {
      case 0 -> service.build();
      case 1 -> service.notExported().build();
      case 2 -> new Refused(source, name, "reason " + random.nextInt(2));
      default ->
          new EndpointSet(set.service(), "part" + random.nextInt(2), set.endpoints(), List.of());
    };
  }

  private static Set<Key> some(Random random, Map<Key, Item> model, SourceId source) {
    return model.keySet().stream()
        .filter(key -> key.source().equals(source))
        .sorted((a, b) -> a.toString().compareTo(b.toString()))
        .filter(_ -> random.nextInt(5) > 0)
        .collect(Collectors.toCollection(HashSet::new));
  }

  private static void apply(Map<Key, Item> model, Fact fact) {
    switch (fact) {
      case Fact.Registered(var item) -> model.put(item.key(), item);
      case Fact.Gone(var key) -> model.remove(key);
      case Fact.Complete(var source, var present) ->
          model.keySet().removeIf(key -> key.source().equals(source) && !present.contains(key));
      case Fact.Lost _, Fact.Recalled _, Fact.Bans _ -> {}
    }
  }

  private static Map<Key, Item> items(Catalog catalog) {
    return SOURCES.stream()
        .flatMap(catalog::itemsOf)
        .collect(Collectors.toMap(Item::key, item -> item));
  }
}
