package io.tombolo.cli;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// A call that the control plane is asked about.
final class AskedCall {
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
      names = "--claim",
      paramLabel = "PROVIDER:NAME=TEXT",
      description = "A claim of the request's token, verified; NAME/NAME is one inside another.")
  private List<String> claims = List.of();

  @Option(
      names = "--port",
      paramLabel = "PORT",
      description = "Of the service; its first if not given.")
  private @Nullable Integer port;

  /// As the control plane is asked.
  Map<String, String> query() {
    var query = new HashMap<>(Map.of("source", source, "destination", destination));
    putIfGiven(query, "method", method);
    putIfGiven(query, "path", path);
    putIfGiven(query, "headers", lines(headers));
    putIfGiven(query, "claims", lines(claims));
    putIfGiven(query, "port", port == null ? null : port.toString());
    return query;
  }

  private static @Nullable String lines(List<String> lines) {
    return lines.isEmpty() ? null : String.join("\n", lines);
  }

  private static void putIfGiven(Map<String, String> query, String name, @Nullable String value) {
    if (value != null) {
      query.put(name, value);
    }
  }
}
