package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.policy.Request;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// A request that is asked about, as it is written in a query.
final class AskedRequest {
  private AskedRequest() {}

  /// @param number empty or null for the first
  static Port port(Service service, @Nullable String number) {
    if (number == null || number.isEmpty()) {
      return service.ports().getFirst();
    }
    long wanted = AdminResource.number("port", number, 65535);
    return service.ports().stream()
        .filter(port -> port.number() == wanted)
        .findFirst()
        .orElseThrow(
            () -> AdminResource.problem("%s has no port %d".formatted(service.id(), wanted)));
  }

  /// @param headers lines of `name: value`
  /// @return null if nothing is said of it
  static Request.@Nullable Http http(
      Port port, @Nullable String method, @Nullable String path, @Nullable String headers) {
    if (method == null && path == null && headers == null) {
      return null;
    }
    if (!port.protocol().isHttp()) {
      throw AdminResource.problem(
          "port %d does not speak HTTP: connections are judged there; leave out the request"
              .formatted(port.number()));
    }
    var whole = Objects.requireNonNullElse(path, "/");
    if (!whole.startsWith("/")) {
      throw AdminResource.problem("path must start with /");
    }
    int query = whole.indexOf('?');
    return new Request.Http(
        Objects.requireNonNullElse(method, "GET"),
        query < 0 ? whole : whole.substring(0, query),
        headers(Objects.requireNonNullElse(headers, "")),
        Map.of());
  }

  private static Map<String, List<String>> headers(String lines) {
    var headers = new TreeMap<String, List<String>>();
    for (var line : lines.lines().toList()) {
      int colon = line.indexOf(':');
      if (colon < 1) {
        throw AdminResource.problem(
            "headers: \"%s\" is no line of name: value".formatted(Names.printable(line)));
      }
      headers
          .computeIfAbsent(
              line.substring(0, colon).strip().toLowerCase(Locale.ROOT), _ -> new ArrayList<>())
          .add(line.substring(colon + 1).strip());
    }
    return headers;
  }
}
