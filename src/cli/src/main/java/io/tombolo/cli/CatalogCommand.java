package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.StringJoiner;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/catalog`.
@Command(
    name = "catalog",
    description = "What there is: services and endpoints of both worlds, and what was refused.",
    mixinStandardHelpOptions = true)
final class CatalogCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/catalog", CatalogCommand::text);
  }

  static String text(JsonNode catalog) {
    var services =
        Table.of("SERVICE", "PORTS", "INSTANCE", "ENDPOINT", "NETWORK", "HEALTH", "IDENTITY");
    catalog.path("services").forEach(service -> service(services, service));
    return services
        + section("Relaxed HTTP profile", relaxed(catalog))
        + section("Intentions are not enforced, or less is asked for", unenforced(catalog))
        + section("Names of both worlds", clashes(catalog))
        + section("Quarantined: not served", quarantined(catalog))
        + section("Refused", refused(catalog));
  }

  private static void service(Table table, JsonNode service) {
    var endpoints = service.path("endpoints");
    if (endpoints.isEmpty()) {
      table.row(Table.text(service, "id"), ports(service), "none", "", "", "", "");
    }
    for (int i = 0; i < endpoints.size(); i++) {
      var endpoint = endpoints.get(i);
      table.row(
          i == 0 ? Table.text(service, "id") : "",
          i == 0 ? ports(service) : "",
          Table.text(endpoint, "instance"),
          Table.text(endpoint, "address") + ":" + Table.text(endpoint, "port"),
          Table.text(endpoint, "network"),
          Table.text(endpoint, "health"),
          Table.text(endpoint, "identity"));
    }
  }

  private static String ports(JsonNode service) {
    var ports = new StringJoiner(", ");
    service
        .path("ports")
        .forEach(
            port -> ports.add(Table.text(port, "number") + "/" + Table.text(port, "protocol")));
    return ports.toString();
  }

  private static Table relaxed(JsonNode catalog) {
    var table = Table.of("SERVICE");
    catalog
        .path("services")
        .forEach(service -> {
          if (Table.text(service, "httpProfile").equals("relaxed")) {
            table.row(Table.text(service, "id"));
          }
        });
    return table;
  }

  private static Table unenforced(JsonNode catalog) {
    var table = Table.of("SERVICE", "ENFORCEMENT", "ASKED");
    catalog
        .path("services")
        .forEach(service -> {
          var now = Table.text(service, "enforcement");
          var asked = service.path("enforcementAsked").asText(now);
          if (!now.equals("enforce") || !asked.equals(now)) {
            table.row(Table.text(service, "id"), now, Table.printable(asked));
          }
        });
    return table;
  }

  private static Table clashes(JsonNode catalog) {
    var table = Table.of("NAME", "CLAIMED BY", "OUTCOME");
    catalog
        .path("clashes")
        .forEach(clash ->
            table.row(
                Table.text(clash, "name"),
                Table.joined(clash.path("claimants")),
                Table.text(clash, "outcome")));
    return table;
  }

  private static Table quarantined(JsonNode catalog) {
    var table = Table.of("SERVICE", "ROW", "REASON");
    catalog
        .path("quarantined")
        .forEach(row ->
            table.row(
                Table.text(row, "service"), Table.text(row, "row"), Table.text(row, "reason")));
    return table;
  }

  private static Table refused(JsonNode catalog) {
    var table = Table.of("SOURCE", "WHAT", "REASON");
    catalog
        .path("refused")
        .forEach(row ->
            table.row(
                Table.text(row, "source"), Table.text(row, "what"), Table.text(row, "reason")));
    return table;
  }

  private static String section(String heading, Table table) {
    return table.isEmpty() ? "" : "\n" + heading + "\n" + table;
  }
}
