package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/decision`.
@Command(
    name = "decide",
    description = "May SOURCE call DESTINATION, and by which rule?",
    mixinStandardHelpOptions = true)
final class DecideCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Mixin private final AskedCall call = new AskedCall();

  @Override
  public Integer call() {
    return page.print("/v1/decision", call.query(), DecideCommand::text);
  }

  static String text(JsonNode decision) {
    return "%s -> %s: %s%n%s%n"
        .formatted(
            Table.text(decision, "source"),
            Table.text(decision, "destination"),
            answer(decision),
            Table.text(decision, "text"));
  }

  static String answer(JsonNode decision) {
    return decision.path("allowed").asBoolean() ? "allowed" : "denied";
  }
}
