package io.tombolo.directory;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.consul.ConsulFile;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.consul.Instance;
import io.tombolo.consul.Protocols;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Refused;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;

/// Service definitions and config entries of one Consul datacenter, in JSON.
record ConsulFormat(ConsulWorld world) implements Format<ConsulFile> {
  @Override
  public Use use(String fileName) {
    if (fileName.endsWith(".json")) {
      return new Use.Read();
    }
    return fileName.endsWith(".hcl") || fileName.endsWith(".yaml") || fileName.endsWith(".yml")
        ? new Use.Refuse("only JSON is read here; write it as JSON")
        : new Use.Ignore();
  }

  @Override
  public ConsulFile parse(String text) {
    return ConsulFile.parse(text);
  }

  @Override
  public List<Item> items(SortedMap<String, ConsulFile> files) {
    var config = files.values().stream().flatMap(file -> file.config().stream()).toList();
    var protocols = Protocols.of(config);
    var items = new ArrayList<Item>(protocols.refused(world.source()));
    instances(files)
        .forEach((service, instances) ->
            items.addAll(world.service(service, instances, protocols.of(service))));
    entries(files, "service-intentions", ConsulFile::intentions, world::intentions, items);
    entries(files, "jwt-provider", ConsulFile::jwtProviders, world::jwtProvider, items);
    return items;
  }

  private static SortedMap<String, List<Instance>> instances(SortedMap<String, ConsulFile> files) {
    var byService = new TreeMap<String, List<Instance>>();
    for (var file : files.values()) {
      for (var instance : file.instances()) {
        byService.computeIfAbsent(instance.service(), _ -> new ArrayList<>()).add(instance);
      }
    }
    return byService;
  }

  /// Entries of one kind and name are one; the first counts.
  private void entries(
      SortedMap<String, ConsulFile> files,
      String kind,
      Function<ConsulFile, List<JsonNode>> entries,
      Function<JsonNode, Item> meaning,
      List<Item> items) {
    var writtenIn = new HashMap<Key, String>();
    files.forEach((file, contents) -> {
      for (var entry : entries.apply(contents)) {
        var item = meaning.apply(entry);
        var first = writtenIn.putIfAbsent(item.key(), file);
        items.add(
            first == null
                ? item
                : new Refused(
                    world.source(),
                    "file %s: %s %s".formatted(file, kind, item.key().name()),
                    "is also written in " + first + "; keep one"));
      }
    });
  }
}
