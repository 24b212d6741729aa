package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/certs`.
@Command(
    name = "certs",
    description = "Who has which certificate, those that end first before others.",
    mixinStandardHelpOptions = true)
final class CertsCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/certs", CertsCommand::text);
  }

  static String text(JsonNode page) {
    var certs = Table.of("IDENTITY", "NODE", "SERIAL", "ISSUED", "EXPIRES", "ISSUER", "HOW");
    page.path("certs")
        .forEach(cert ->
            certs.row(
                Table.text(cert, "identity"),
                AuditCommand.orDash(cert, "node"),
                Table.text(cert, "serial"),
                Table.text(cert, "issued"),
                Table.text(cert, "expires"),
                Table.text(cert, "issuer"),
                Table.text(cert, "how")));
    return "%s%nThe authority can issue for %d more days; %s in the last third of their life.%n"
        .formatted(
            certs, page.path("secondsToIssuerEnd").asLong() / 86_400, Table.text(page, "overdue"));
  }
}
