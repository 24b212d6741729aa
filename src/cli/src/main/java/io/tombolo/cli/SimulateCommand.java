package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints `POST /v1/intentions/simulate`.
@Command(
    name = "simulate",
    description = {
      "What would become of the calls that were seen if the intentions in these files were in"
          + " force.",
      "Exits with 1 if a call would be decided otherwise than now."
    },
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Parameters(
      arity = "1..*",
      paramLabel = "FILE",
      description =
          "Intentions: Kubernetes objects in YAML or JSON, config entries of Consul in JSON.")
  private List<Path> files = List.of();

  @Option(
      names = "--only",
      description =
          "As if these were all intentions that there are; else they are applied to those in"
              + " force.")
  private boolean only;

  @Option(
      names = "--cluster",
      paramLabel = "NAME",
      description = "The Kubernetes cluster that they are for, if there are several.")
  private String cluster = "";

  @Option(
      names = "--datacenter",
      paramLabel = "NAME",
      description = "The Consul datacenter that they are for, if there are several.")
  private String datacenter = "";

  @Override
  public Integer call() {
    var sources = new TreeMap<String, String>();
    if (!cluster.isEmpty()) {
      sources.put("kubernetes", cluster);
    }
    if (!datacenter.isEmpty()) {
      sources.put("consul", datacenter);
    }
    try (var controlPlane = page.access().connect()) {
      var answer =
          controlPlane.post(
              "/v1/intentions/simulate",
              Map.of("files", texts(), "only", only, "sources", sources));
      page.show(answer, SimulateCommand::text);
      return answer.path("changes").asBoolean() ? 1 : 0;
    }
  }

  private Map<String, String> texts() {
    var texts = new TreeMap<String, String>();
    for (var file : files) {
      try {
        texts.put(file.toString(), Files.readString(file));
      } catch (IOException unreadable) {
        throw new CommandFailed(
            "%s cannot be read: %s".formatted(file, unreadable.getMessage()), unreadable);
      }
    }
    return texts;
  }

  static String text(JsonNode page) {
    var text = new StringBuilder();
    text.append(
        "%s of %s flows would be decided otherwise%n"
            .formatted(page.path("flipped").asText(), page.path("total").asText()));
    text.append(judged(page.path("flips"), page.path("flipped").asLong()));
    if (page.path("apart").asLong() > 0) {
      text.append(
          ("%n%s flows were not treated as the intentions in force say: they were others then, or"
                  + " they are not enforced%n")
              .formatted(page.path("apart").asText()));
      text.append(judged(page.path("apartOnes"), page.path("apart").asLong()));
    }
    page.path("undecided")
        .properties()
        .forEach(one ->
            text.append(
                "%nCannot be told of %s flows, for this was not recorded: %s%n"
                    .formatted(one.getValue().asText(), Table.printable(one.getKey()))));
    if (page.path("gone").asLong() > 0) {
      text.append(
          "%n%s flows were to services or ports that are not there any more%n"
              .formatted(page.path("gone").asText()));
    }
    return text + FlowsCommand.lost(page.path("lost"));
  }

  private static String judged(JsonNode flows, long total) {
    if (flows.isEmpty()) {
      return "";
    }
    var table =
        Table.of(
            "CALLS", "CALLER", "SERVICE", "REQUEST", "SEEN", "NOW", "THEN", "NOW BY", "THEN BY");
    flows.forEach(one -> {
      var flow = one.path("flow");
      table.row(
          Table.text(flow, "calls"),
          Table.text(flow, "caller"),
          FlowsCommand.service(flow),
          FlowsCommand.request(flow),
          FlowsCommand.outcome(flow),
          FlowsCommand.outcome(one.path("live")),
          FlowsCommand.outcome(one.path("candidate")),
          by(one.path("live")),
          by(one.path("candidate")));
    });
    return table + WhichFlows.more(total, flows.size());
  }

  private static String by(JsonNode verdict) {
    return Table.text(verdict, verdict.path("rule").isTextual() ? "rule" : "why");
  }
}
