package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/status`.
@Command(
    name = "status",
    description = "Is the control plane ready, and how current are its sources?",
    mixinStandardHelpOptions = true)
final class StatusCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/status", StatusCommand::text);
  }

  static String text(JsonNode status) {
    var sources = Table.of("SOURCE", "STATE", "SINCE", "WHY");
    status
        .path("sources")
        .forEach(source ->
            sources.row(
                Table.text(source, "id"),
                Table.text(source, "state"),
                Table.text(source, "since"),
                Table.text(source, "why")));
    return """
    Tombolo %s, trust domain %s: %s, revision %s
    %s services, %s endpoints, %s proxies, %s objects refused

    %s\
    """
        .formatted(
            Table.text(status, "version"),
            Table.text(status, "trustDomain"),
            status.path("ready").asBoolean() ? "ready" : "NOT READY",
            Table.text(status, "revision"),
            Table.text(status, "services"),
            Table.text(status, "endpoints"),
            Table.text(status, "proxies"),
            Table.text(status, "refused"),
            sources);
  }
}
