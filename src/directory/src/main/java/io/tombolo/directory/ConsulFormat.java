package io.tombolo.directory;

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
    intentions(files, items);
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

  private void intentions(SortedMap<String, ConsulFile> files, List<Item> items) {
    var writtenIn = new HashMap<Key, String>();
    files.forEach((file, contents) -> {
      for (var entry : contents.intentions()) {
        var policy = world.intentions(entry);
        var first = writtenIn.putIfAbsent(policy.key(), file);
        items.add(
            first == null
                ? policy
                : new Refused(
                    world.source(),
                    "file %s: service-intentions %s".formatted(file, policy.key().name()),
                    "is also written in " + first + "; keep one"));
      }
    });
  }
}
