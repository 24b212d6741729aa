package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Prints `POST /v1/intentions/simulate`.
@Command(
    name = "simulate",
    description = {
      "What would become of the calls that were seen if other policies were in force.",
      "Exits with 1 if a call would be decided otherwise than now."
    },
    mixinStandardHelpOptions = true)
final class SimulateCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Parameters(
      paramLabel = "CANDIDATE",
      description = "A file or a directory, in the formats that tombolo.directory reads.")
  private String candidate = "";

  @Mixin private final WhoseFiles whose = new WhoseFiles();

  @Override
  public Integer call() {
    var body = new HashMap<String, @Nullable Object>();
    body.put("files", PolicyFiles.at(candidate));
    body.put("apply", whose.apply());
    whose.putInto(body);
    try (var controlPlane = page.access().connect()) {
      var answer = controlPlane.post("/v1/intentions/simulate", body);
      page.show(answer, SimulateCommand::text);
      return answer.path("changes").asBoolean() ? 1 : 0;
    }
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
    if (page.path("unenforced").asLong() > 0) {
      text.append(
          ("%n%s flows are let in though intentions in force deny them, for intentions about their"
                  + " services are not enforced%n")
              .formatted(page.path("unenforced").asText()));
      text.append(judged(page.path("unenforcedOnes"), page.path("unenforced").asLong()));
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
