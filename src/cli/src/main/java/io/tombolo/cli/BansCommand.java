package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/bans`.
@Command(
    name = "bans",
    description = "Which identities and nodes are banned.",
    mixinStandardHelpOptions = true)
final class BansCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/bans", BansCommand::text);
  }

  static String text(JsonNode page) {
    var bans = Table.of("BANNED", "SINCE", "REASON");
    page.path("bans")
        .forEach(ban ->
            bans.row(
                Table.text(ban, "subject"),
                Table.text(ban, "since"),
                AuditCommand.orDash(ban, "reason")));
    return bans + AuditCommand.trouble(page);
  }
}
