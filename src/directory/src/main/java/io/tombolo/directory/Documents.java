package io.tombolo.directory;

import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.mesh.policy.PolicyObject;
import java.util.ArrayList;
import java.util.List;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.function.Function;
import java.util.stream.Stream;

/// Files that are not in force, in the formats of a directory: what they would say.
public final class Documents {
  private static final int MOST_PROBLEMS = 10;

  private Documents() {}

  /// What the files say. Those in `kubernetes/<cluster>/` and `consul/<datacenter>/` are of that
  /// source. Of the others YAML is of Kubernetes, and JSON where it has an `apiVersion`; other JSON
  /// is of Consul. Files with other endings say nothing.
  ///
  /// @param files texts by name
  /// @param sourceOf whose a file is that is in no folder of a source
  /// @throws IllegalArgumentException if some of it would not be in force as it is written; the
  ///   message says what, and the way out
  public static List<Item> read(
      SortedMap<String, String> files,
      DirectorySource.Settings settings,
      Function<World, SourceId> sourceOf) {
    var bySource = new TreeMap<SourceId, SortedMap<String, String>>();
    files.forEach((name, text) -> {
      if (name.endsWith(".json") || name.endsWith(".hcl") || isYaml(name)) {
        bySource
            .computeIfAbsent(source(name, text, sourceOf), _ -> new TreeMap<>())
            .put(name, text);
      }
    });
    var items = new ArrayList<Item>();
    bySource.forEach(
        (source, texts) -> items.addAll(items(DirectorySource.format(source, settings), texts)));
    var problems = items.stream().flatMap(Documents::problems).toList();
    if (!problems.isEmpty()) {
      throw new IllegalArgumentException(summary(problems));
    }
    return items;
  }

  private static SourceId source(String name, String text, Function<World, SourceId> sourceOf) {
    var folders = name.split("/", -1);
    for (var world : World.values()) {
      if (folders.length == 3 && folders[0].equals(world.label()) && Names.isLabel(folders[1])) {
        return new SourceId(world, folders[1]);
      }
    }
    boolean manifest = isYaml(name) || text.contains("\"apiVersion\"");
    return sourceOf.apply(manifest ? World.KUBERNETES : World.CONSUL);
  }

  private static boolean isYaml(String name) {
    return name.endsWith(".yaml") || name.endsWith(".yml");
  }

  private static <T> List<Item> items(Format<T> format, SortedMap<String, String> texts) {
    var read = new TreeMap<String, T>();
    texts.forEach((name, text) -> {
      var shown = Names.printable(name);
      if (format.use(name) instanceof Format.Use.Refuse(var reason)) {
        throw new IllegalArgumentException("file %s: %s".formatted(shown, reason));
      }
      try {
        read.put(shown, format.read(text));
      } catch (IllegalArgumentException broken) {
        throw new IllegalArgumentException(
            "file %s: %s".formatted(shown, broken.getMessage()), broken);
      }
    });
    return format.items(read);
  }

  private static Stream<String> problems(Item item) {
    return switch (item) {
      case Refused refused -> Stream.of(refused.what() + ": " + refused.reason());
      case PolicyObject policy -> named(policy, policy.problems());
      case JwtProviderObject provider -> named(provider, provider.problems());
      default -> Stream.empty();
    };
  }

  private static Stream<String> named(Item item, List<String> problems) {
    var key = item.key();
    var namespace = key.namespace().isEmpty() ? "" : key.namespace() + "/";
    return problems.stream()
        .map(problem -> "%s %s%s: %s".formatted(key.part(), namespace, key.name(), problem));
  }

  private static String summary(List<String> problems) {
    var first = String.join("; ", problems.subList(0, Math.min(problems.size(), MOST_PROBLEMS)));
    return problems.size() > MOST_PROBLEMS
        ? first + "; and " + (problems.size() - MOST_PROBLEMS) + " more"
        : first;
  }
}
