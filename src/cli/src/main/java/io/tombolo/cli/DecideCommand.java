package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Prints `GET /v1/decision`.
@Command(
    name = "decide",
    description = "May SOURCE call DESTINATION, and by which rule?",
    mixinStandardHelpOptions = true)
final class DecideCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Parameters(
      index = "0",
      paramLabel = "SOURCE",
      description = "A SPIFFE ID, or a service: its name in Consul, <name>.<namespace>, or its ID.")
  private String source = "";

  @Parameters(index = "1", paramLabel = "DESTINATION", description = "A service.")
  private String destination = "";

  @Override
  public Integer call() {
    return page.print(
        "/v1/decision", Map.of("source", source, "destination", destination), DecideCommand::text);
  }

  static String text(JsonNode decision) {
    return "%s -> %s: %s%n%s%n"
        .formatted(
            Table.text(decision, "source"),
            Table.text(decision, "destination"),
            decision.path("allowed").asBoolean() ? "allowed" : "denied",
            Table.text(decision, "text"));
  }
}
