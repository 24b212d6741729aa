package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/intentions`.
@Command(
    name = "intentions",
    description = "Who may call whom, in the order in which rules are tried.",
    mixinStandardHelpOptions = true,
    subcommands = {DiffCommand.class, SimulateCommand.class, LearnCommand.class, LintCommand.class})
final class IntentionsCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/intentions", IntentionsCommand::text);
  }

  static String text(JsonNode page) {
    var rules = Table.of("PRECEDENCE", "SOURCE", "DESTINATION", "ACTION", "WRITTEN IN");
    page.path("intentions")
        .forEach(rule ->
            rules.row(
                Table.text(rule, "precedence"),
                Table.text(rule, "source"),
                Table.text(rule, "destination"),
                Table.text(rule, "action"),
                Table.text(rule, "writtenIn")));
    var rejected = Table.of("OBJECT", "RULES STILL IN FORCE", "PROBLEMS");
    page.path("rejected")
        .forEach(object ->
            rejected.row(
                Table.text(object, "object"),
                Table.text(object, "inForce"),
                Table.joined(object.path("problems"))));
    var inConsul = Table.of("OBJECT", "IN CONSUL", "WHERE, OR WHY NOT");
    page.path("inConsul")
        .forEach(object ->
            inConsul.row(
                Table.text(object, "object"),
                object.path("written").asBoolean() ? "yes" : "no",
                Table.text(object, "message")));
    return rules
        + "What no rule matches is %s.\n"
            .formatted(Table.text(page, "byDefault").equals("allow") ? "allowed" : "denied")
        + (rejected.isEmpty() ? "" : "\nRejected\n" + rejected)
        + (inConsul.isEmpty() ? "" : "\nWritten into Consul\n" + inConsul);
  }
}
