package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Prints `GET /v1/explanation`.
@Command(
    name = "explain",
    description = {
      "Why may SOURCE call DESTINATION, or not?",
      "The rules in order, what would make the answer the other one, who enforces it, the way"
          + " there."
    },
    mixinStandardHelpOptions = true)
final class ExplainCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Mixin private final AskedCall call = new AskedCall();

  @Option(names = "--all", description = "Also the rules about other callers.")
  private boolean all;

  @Override
  public Integer call() {
    var query = new HashMap<>(call.query());
    if (all) {
      query.put("all", "true");
    }
    return page.print("/v1/explanation", query, ExplainCommand::text);
  }

  static String text(JsonNode page) {
    return DecideCommand.text(page)
        + rules(page)
        + elsewhere(page.path("elsewhere"))
        + opposites(page.path("opposites"), page.path("exempt").asBoolean())
        + enforcement(page.path("enforcement"))
        + paths(page.path("paths"));
  }

  private static String rules(JsonNode page) {
    var text = new StringBuilder();
    for (var rule : page.path("rules")) {
      text.append(
          "  %s: %s%n    %s%n"
              .formatted(
                  Table.text(rule, "action"), Table.text(rule, "text"), Table.text(rule, "why")));
    }
    long others = page.path("aboutOthers").asLong();
    var listed = text.isEmpty() ? "" : "%nRules, in order:%n".formatted() + text;
    return others == 0 ? listed : listed + "%nRules about other callers: %d%n".formatted(others);
  }

  private static String elsewhere(JsonNode elsewhere) {
    return lines(
        elsewhere,
        one ->
            "At workloads of %s: %s, %s%n"
                .formatted(
                    Table.text(one, "identity"),
                    DecideCommand.answer(one),
                    Table.text(one, "text")));
  }

  private static String opposites(JsonNode opposites, boolean exempt) {
    return lines(
        opposites,
        one -> {
          var changes =
              StreamSupport.stream(one.path("changes").spliterator(), false)
                  .map(change -> Table.printable(change.asText()))
                  .collect(Collectors.joining(", and "));
          return "%s would be %s %s%n  by %s%n%s"
              .formatted(
                  exempt ? "Once enforced, it" : "It",
                  DecideCommand.answer(one),
                  changes,
                  Table.text(one, "text"),
                  written(one));
        });
  }

  private static String written(JsonNode opposite) {
    return opposite.path("write").isTextual()
        ? "  %s:%n%s"
            .formatted(
                Table.text(opposite, "how"),
                opposite
                    .path("write")
                    .asText()
                    .lines()
                    .map(line -> "    " + Table.printable(line) + "\n")
                    .collect(Collectors.joining()))
        : "";
  }

  private static String enforcement(JsonNode enforcement) {
    var text =
        new StringBuilder(
            "%nEnforced at %s of %s workloads, revision %s%n"
                .formatted(
                    Table.text(enforcement, "enforcing"),
                    Table.text(enforcement, "total"),
                    Table.text(enforcement, "revision")));
    for (var one : enforcement.path("workloads")) {
      if (!one.path("state").asText().equals("enforces")) {
        text.append(
            "  %s: %s, %s%n"
                .formatted(
                    Table.text(one, "node"), Table.text(one, "state"), Table.text(one, "why")));
      }
    }
    return text.toString();
  }

  private static String paths(JsonNode paths) {
    return lines(
        paths,
        one ->
            "From network %s (%s callers) to %s (%s endpoints): %s%n"
                .formatted(
                    Table.text(one, "from"),
                    Table.text(one, "callers"),
                    Table.text(one, "to"),
                    Table.text(one, "endpoints"),
                    way(one)));
  }

  private static String way(JsonNode path) {
    return switch (path.path("way").asText()) {
      case "direct" -> "direct";
      case "gateway" ->
          "through gateways %s; connected: %s"
              .formatted(
                  Table.joined(path.path("gateways")),
                  path.path("connected").isEmpty() ? "none" : Table.joined(path.path("connected")));
      default -> "no way: " + Table.text(path, "why");
    };
  }

  private static String lines(JsonNode list, Function<JsonNode, String> line) {
    return list.isEmpty()
        ? ""
        : StreamSupport.stream(list.spliterator(), false)
            .map(line)
            .collect(Collectors.joining("", "\n", ""));
  }
}
