package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Prints `GET /v1/audit`.
@Command(
    name = "audit",
    description = {
      "What happened with identities: who was issued a certificate, refused or banned.",
      "With --verify exits with 1 if the log is not as it was written."
    },
    mixinStandardHelpOptions = true)
final class AuditCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Option(names = "--verify", description = "Check that each line follows from the one before.")
  private boolean verify;

  @Option(
      names = "--after",
      paramLabel = "N",
      description = "Only lines after line N (default: the newest lines).")
  private String after = "";

  @Option(
      names = "--limit",
      paramLabel = "LINES",
      defaultValue = "100",
      description = "How many lines, at most 1000 (default: ${DEFAULT-VALUE}).")
  private String limit = "100";

  @Override
  public Integer call() {
    var query = new LinkedHashMap<String, String>();
    query.put("limit", limit);
    if (!after.isEmpty()) {
      query.put("after", after);
    }
    if (verify) {
      query.put("verify", "true");
    }
    try (var controlPlane = page.access().connect()) {
      var answer = controlPlane.get("/v1/audit", query);
      page.show(answer, AuditCommand::text);
      return answer.path("check").path("problem").isTextual() ? 1 : 0;
    }
  }

  static String text(JsonNode page) {
    var lines = Table.of("LINE", "TIME", "EVENT", "IDENTITY", "NODE", "SERIAL", "UNTIL", "HOW/WHY");
    page.path("lines")
        .forEach(line ->
            lines.row(
                Table.text(line, "n"),
                Table.text(line, "time"),
                Table.text(line, "event"),
                orDash(line, "identity"),
                orDash(line, "node"),
                orDash(line, "serial"),
                orDash(line, "notAfter"),
                why(line)));
    return lines + trouble(page) + check(page.path("check"));
  }

  /// The text of a field; `-` if it is empty.
  static String orDash(JsonNode object, String field) {
    var text = Table.text(object, field);
    return text.isEmpty() ? "-" : text;
  }

  private static String why(JsonNode line) {
    var how = Table.text(line, "how");
    var reason = Table.text(line, "reason");
    return how + (how.isEmpty() || reason.isEmpty() ? "" : ": ") + reason;
  }

  static String trouble(JsonNode page) {
    return page.path("trouble").isTextual()
        ? "\nNothing is issued at present: %s\n".formatted(Table.text(page, "trouble"))
        : "";
  }

  private static String check(JsonNode check) {
    if (!check.isObject()) {
      return "";
    }
    return check.path("problem").isTextual()
        ? "\nNOT as it was written: %s\n".formatted(Table.text(check, "problem"))
        : "\nEach of %s lines follows from the one before; the last has hash %s\n"
            .formatted(Table.text(check, "lines"), Table.text(check, "head"));
  }
}
