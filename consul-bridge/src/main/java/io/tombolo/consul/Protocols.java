package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.SourceId;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// What each service speaks: its own `service-defaults`, else `proxy-defaults`, else TCP.
///
/// @param byService from the `service-defaults` entries that name a protocol
/// @param problems by entry, why it is not taken
public record Protocols(
    Map<String, Protocol> byService, Protocol otherwise, Map<String, String> problems) {
  /// Nothing is configured: all is TCP.
  public static final Protocols NONE = new Protocols(Map.of(), Protocol.TCP, Map.of());

  static final String SERVICE_DEFAULTS = "service-defaults";
  static final String PROXY_DEFAULTS = "proxy-defaults";

  public Protocols {
    byService = Map.copyOf(byService);
    problems = Map.copyOf(problems);
  }

  /// @param entries config entries of any kind; others are not looked at
  public static Protocols of(List<JsonNode> entries) {
    var byService = new HashMap<String, Protocol>();
    var problems = new HashMap<String, String>();
    var otherwise = Protocol.TCP;
    for (var json : entries) {
      try {
        var entry = Fields.of("", json);
        if (entry.text("Kind").equals(SERVICE_DEFAULTS) && entry.has("Protocol")) {
          byService.put(entry.text("Name"), Protocol.named(entry.text("Protocol")));
        } else if (entry.text("Kind").equals(PROXY_DEFAULTS)) {
          otherwise = Protocol.named(entry.object("Config").text("protocol", "tcp"));
        }
      } catch (IllegalArgumentException malformed) {
        problems.put(title(json), String.valueOf(malformed.getMessage()));
      }
    }
    return new Protocols(byService, otherwise, problems);
  }

  private static String title(JsonNode entry) {
    var kind = entry.path("Kind").asText("config entry");
    return Names.printable(kind + " " + entry.path("Name").asText(""));
  }

  public Protocol of(String service) {
    return byService.getOrDefault(service, otherwise);
  }

  /// The entries that are not taken, as a source says it.
  public List<Refused> refused(SourceId source) {
    return problems.entrySet().stream()
        .map(problem -> new Refused(source, problem.getKey(), problem.getValue()))
        .toList();
  }
}
