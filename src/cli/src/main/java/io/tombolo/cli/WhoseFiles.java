package io.tombolo.cli;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/// What files of policies are beside what is in force, and whose they are.
final class WhoseFiles {
  @Option(
      names = "--apply",
      description =
          "Files come on top of what is in force: an object replaces that of the same kind and"
              + " name. Without it, they are all that there is.")
  private boolean apply;

  @Option(
      names = "--datacenter",
      paramLabel = "NAME",
      description =
          "Whose files of Consul are that are in no folder consul/<datacenter>, if several"
              + " datacenters are configured or none is.")
  private @Nullable String datacenter;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "The same for files of Kubernetes and kubernetes/<cluster>.")
  private @Nullable String cluster;

  boolean apply() {
    return apply;
  }

  /// Says whose they are in what is sent.
  void putInto(Map<String, @Nullable Object> body) {
    body.put("datacenter", datacenter);
    body.put("cluster", cluster);
  }
}
