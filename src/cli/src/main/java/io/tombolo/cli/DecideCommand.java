package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Prints `GET /v1/decision`.
@Command(
    name = "decide",
    description = "May SOURCE call DESTINATION, and by which rule?",
    mixinStandardHelpOptions = true)
final class DecideCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Parameters(
      index = "0",
      paramLabel = "SOURCE",
      description = "A SPIFFE ID, or a service: its name in Consul, <name>.<namespace>, or its ID.")
  private String source = "";

  @Parameters(index = "1", paramLabel = "DESTINATION", description = "A service.")
  private String destination = "";

  @Parameters(
      index = "2",
      arity = "0..1",
      paramLabel = "METHOD",
      description = "Of a request; without it, a connection is asked about.")
  private @Nullable String method;

  @Parameters(index = "3", arity = "0..1", paramLabel = "PATH", description = "Of the request.")
  private @Nullable String path;

  @Option(
      names = {"-H", "--header"},
      paramLabel = "'NAME: VALUE'",
      description = "A header of the request.")
  private List<String> headers = List.of();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Of the service; its first if not given.")
  private @Nullable Integer port;

  @Override
  public Integer call() {
    var query = new HashMap<>(Map.of("source", source, "destination", destination));
    putIfGiven(query, "method", method);
    putIfGiven(query, "path", path);
    putIfGiven(query, "headers", headers.isEmpty() ? null : String.join("\n", headers));
    putIfGiven(query, "port", port == null ? null : port.toString());
    return page.print("/v1/decision", query, DecideCommand::text);
  }

  private static void putIfGiven(Map<String, String> query, String name, @Nullable String value) {
    if (value != null) {
      query.put(name, value);
    }
  }

  static String text(JsonNode decision) {
    return "%s -> %s: %s%n%s%n"
        .formatted(
            Table.text(decision, "source"),
            Table.text(decision, "destination"),
            decision.path("allowed").asBoolean() ? "allowed" : "denied",
            Table.text(decision, "text"));
  }
}
