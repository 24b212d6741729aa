package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/federation`.
@Command(
    name = "federation",
    description = "The other trust domains that are trusted, and how old what is known of them is.",
    mixinStandardHelpOptions = true)
final class FederationCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/federation", FederationCommand::text);
  }

  static String text(JsonNode page) {
    var domains = Table.of("TRUST DOMAIN", "SEQUENCE", "ROOTS", "JWT KEYS", "AGE", "TROUBLE");
    page.path("domains")
        .forEach(domain ->
            domains.row(
                Table.text(domain, "trustDomain"),
                domain.path("sequence").isNumber() ? Table.text(domain, "sequence") : "no bundle",
                Table.text(domain, "roots"),
                Table.text(domain, "jwtKeys"),
                domain.path("age").isNumber() ? Table.text(domain, "age") + "s" : "never fetched",
                AuditCommand.orDash(domain, "trouble")));
    return domains.toString();
  }
}
