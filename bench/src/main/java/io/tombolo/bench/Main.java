package io.tombolo.bench;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;

/// `bench/run`: starts a Kubernetes API, fills it, measures, prints.
public final class Main {
  private Main() {}

  public static void main(String[] arguments) throws IOException {
    Options options;
    try {
      options = Options.of(arguments);
    } catch (IllegalArgumentException wrong) {
      System.err.println("bench: " + wrong.getMessage() + "\n" + Options.USAGE);
      System.exit(2);
      return;
    }
    try (var api = KubeApiserver.start(new Loopback());
        var cluster = new Cluster(api)) {
      var results = Scenarios.all(options, cluster, api.kubeconfig());
      write(options, results);
      print(results);
    }
  }

  private static void write(Options options, Map<String, Map<String, Double>> results)
      throws IOException {
    var all = new LinkedHashMap<String, Object>();
    all.put("when", Instant.now().toString());
    all.put("services", options.services());
    all.put("endpoints", options.endpoints());
    all.put("proxies", options.proxies());
    all.put("processors", Runtime.getRuntime().availableProcessors());
    all.put("load_average", Files.readString(Path.of("/proc/loadavg")).strip());
    all.put("results", results);
    new ObjectMapper().writerWithDefaultPrettyPrinter().writeValue(options.out().toFile(), all);
    System.err.println("written to " + options.out().toAbsolutePath());
  }

  private static void print(Map<String, Map<String, Double>> results) {
    results.forEach((scenario, figures) ->
        figures.forEach(
            (name, value) -> System.out.printf("%-10s %-28s %14.3f%n", scenario, name, value)));
  }
}
