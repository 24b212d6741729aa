package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/intentions/lint`.
@Command(
    name = "lint",
    description =
        "Where strict meshes and Consul read intentions otherwise, and what they do not do.",
    mixinStandardHelpOptions = true)
final class LintCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/intentions/lint", LintCommand::text);
  }

  static String text(JsonNode page) {
    var findings = Table.of("CODE", "WRITTEN IN", "WHERE", "WHAT");
    page.path("findings")
        .forEach(found ->
            findings.row(
                Table.text(found, "code"),
                Table.text(found, "writtenIn"),
                Table.text(found, "where"),
                Table.text(found, "meaning")));
    return page.path("findings").isEmpty() ? "Nothing to say.\n" : findings.toString();
  }
}
