package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/proxies`.
@Command(
    name = "proxies",
    description = "Which proxies are connected, and which revision each has applied.",
    mixinStandardHelpOptions = true)
final class ProxiesCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/proxies", ProxiesCommand::text);
  }

  static String text(JsonNode page) {
    var proxies = Table.of("PROXY", "ROLE", "NETWORK", "APPLIED", "AT", "REFUSED");
    page.path("proxies")
        .forEach(proxy ->
            proxies.row(
                Table.text(proxy, "node"),
                Table.text(proxy, "role"),
                Table.text(proxy, "network"),
                Table.text(proxy, "applied"),
                Table.text(proxy, "appliedAt"),
                refused(proxy)));
    return "The catalog is at revision " + Table.text(page, "revision") + ".\n" + proxies;
  }

  private static String refused(JsonNode proxy) {
    var refused = new StringJoiner("; ");
    for (var type : proxy.path("types")) {
      for (var refusal : type.path("refused")) {
        refused.add(
            "%s %s: %s"
                .formatted(
                    Table.text(type, "type"),
                    Table.joined(refusal.path("resources")),
                    Table.text(refusal, "message")));
      }
    }
    return refused.length() == 0 ? "-" : refused.toString();
  }
}
