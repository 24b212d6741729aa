package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/flows`.
@Command(
    name = "flows",
    description = "Which calls proxies have seen arrive, and what became of them.",
    mixinStandardHelpOptions = true)
final class FlowsCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();
  @Mixin private final WhichFlows which = new WhichFlows();

  @Override
  public Integer call() {
    return page.print("/v1/flows", which.query(), FlowsCommand::text);
  }

  static String text(JsonNode page) {
    var flows = Table.of("CALLS", "LAST", "CALLER", "SERVICE", "REQUEST", "OUTCOME");
    page.path("flows")
        .forEach(flow ->
            flows.row(
                Table.text(flow, "calls"),
                Table.text(flow, "last"),
                Table.text(flow, "caller"),
                service(flow),
                request(flow),
                outcome(flow)));
    return flows
        + WhichFlows.more(page.path("total").asLong(), page.path("flows").size())
        + lost(page.path("lost"));
  }

  static String service(JsonNode flow) {
    return Table.text(flow, "service") + ":" + Table.text(flow, "port");
  }

  static String request(JsonNode flow) {
    if (!flow.path("method").isTextual()) {
      return "connection";
    }
    var request = new StringBuilder(Table.text(flow, "method") + " " + Table.text(flow, "path"));
    flow.path("headers")
        .properties()
        .forEach(header ->
            request.append(
                " %s=%s"
                    .formatted(
                        Table.printable(header.getKey()),
                        Table.printable(header.getValue().asText()))));
    return request.toString();
  }

  static String outcome(JsonNode decided) {
    return decided.path("allowed").asBoolean() ? "allowed" : "denied";
  }

  /// What is not among the flows; empty if nothing was lost.
  static String lost(JsonNode lost) {
    var lines = new StringBuilder();
    lost.path("forgotten")
        .properties()
        .forEach(one ->
            lines.append(
                "Forgotten for want of room (tombolo.flows.max): %s flows to %s%n"
                    .formatted(one.getValue().asText(), Table.printable(one.getKey()))));
    lost.path("refused")
        .properties()
        .forEach(one ->
            lines.append(
                "Not kept: %s reports %s%n"
                    .formatted(one.getValue().asText(), Table.printable(one.getKey()))));
    return lines.isEmpty() ? "" : "\n" + lines;
  }
}
