package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Bans: `POST /v1/bans`.
@Command(
    name = "ban",
    description = {
      "Gives an identity or a node no certificate any more, and ends its streams.",
      "Peers do not call it any more. Calls of a banned identity are denied; those from a banned"
          + " node, whose identity others may have too, until its certificate expires."
    },
    mixinStandardHelpOptions = true)
final class BanCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Parameters(
      index = "0",
      paramLabel = "IDENTITY|NODE",
      description = "A SPIFFE ID, or a node: <world>/<source>/<namespace>/<instance>.")
  private String subject = "";

  @Option(names = "--reason", paramLabel = "TEXT", description = "Why, for the audit log.")
  private String reason = "";

  @Override
  public Integer call() {
    try (var controlPlane = page.access().connect()) {
      var banned = controlPlane.post("/v1/bans", Map.of("subject", subject, "reason", reason));
      page.show(banned, BanCommand::text);
    }
    return 0;
  }

  static String text(JsonNode ban) {
    return "%s is banned since %s%n"
        .formatted(Table.text(ban, "subject"), Table.text(ban, "since"));
  }
}
