package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;

/// What has been read of a datacenter, and what follows from it. Not thread-safe.
final class Registry {
  private final ConsulWorld world;
  private final Map<String, List<Instance>> instances = new HashMap<>();
  private final Map<String, String> problems = new HashMap<>();
  private final Map<String, List<JsonNode>> config = new HashMap<>();
  private final Set<String> unnameable = new HashSet<>();
  private Protocols protocols = Protocols.NONE;

  Registry(ConsulWorld world) {
    this.world = world;
  }

  void put(String service, List<Instance> read) {
    instances.put(service, read);
    problems.remove(service);
  }

  /// What was read of a service makes no sense; what was known of it stays.
  void putProblem(String service, String problem) {
    instances.putIfAbsent(service, List.of());
    problems.put(service, problem);
  }

  /// A service whose name cannot be one in the mesh. It is not even asked for: such a name could
  /// ask for something else.
  void putUnnameable(String service) {
    instances.put(service, List.of());
    unnameable.add(service);
  }

  void remove(String service) {
    unnameable.remove(service);
    instances.remove(service);
    problems.remove(service);
  }

  Set<String> services() {
    return Set.copyOf(instances.keySet());
  }

  /// @return the services that speak something else now
  Set<String> put(News.Config entries) {
    config.put(entries.kind(), entries.entries());
    var before = protocols;
    protocols = Protocols.of(config.values().stream().flatMap(List::stream).toList());
    return instances.keySet().stream()
        .filter(service -> before.of(service) != protocols.of(service))
        .collect(Collectors.toSet());
  }

  List<Item> itemsOf(String service) {
    if (unnameable.contains(service)) {
      return List.of(world.refusedName(service));
    }
    var items =
        new ArrayList<Item>(
            world.service(
                service, instances.getOrDefault(service, List.of()), protocols.of(service)));
    var problem = problems.get(service);
    if (problem != null) {
      var what = "instances of service " + Names.printable(service);
      items.add(new Refused(world.source(), what, problem));
    }
    return items;
  }

  /// What follows from config entries alone.
  List<Item> configItems() {
    var items = new ArrayList<Item>(protocols.refused(world.source()));
    config
        .getOrDefault(ServiceIntentions.KIND, List.of())
        .forEach(entry -> items.add(world.intentions(entry)));
    config
        .getOrDefault(JwtProviderEntry.KIND, List.of())
        .forEach(entry -> items.add(world.jwtProvider(entry)));
    return items;
  }

  /// The services whose checks were read otherwise than these.
  Set<String> differing(Set<Instance.Trouble> now) {
    var ofNode = new HashMap<String, Set<Instance.Trouble>>();
    var ofService = new HashMap<String, Set<Instance.Trouble>>();
    for (var trouble : now) {
      var group = trouble.service().isEmpty() ? ofNode : ofService;
      var name = trouble.service().isEmpty() ? trouble.node() : trouble.service();
      group.computeIfAbsent(name, _ -> new HashSet<>()).add(trouble);
    }
    var differing = new LinkedHashSet<String>();
    instances.forEach((service, rows) -> {
      var expected = new HashSet<>(ofService.getOrDefault(service, Set.of()));
      var read = new HashSet<Instance.Trouble>();
      for (var row : rows) {
        expected.addAll(ofNode.getOrDefault(row.node().name(), Set.of()));
        read.addAll(row.troubles());
      }
      if (!expected.equals(read)) {
        differing.add(service);
      }
    });
    return differing;
  }

  /// The services with an instance on a node that was read otherwise than these.
  Set<String> differing(Map<String, Instance.Node> now) {
    return instances.entrySet().stream()
        .filter(service ->
            service.getValue().stream()
                .map(Instance::node)
                .anyMatch(node -> !node.equals(now.get(node.name()))))
        .map(Map.Entry::getKey)
        .collect(Collectors.toSet());
  }
}
