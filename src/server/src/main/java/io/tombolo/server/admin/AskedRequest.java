package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.explanation.Explanation;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// A request that is asked about.
///
/// @param service that is called
record AskedRequest(Mesh mesh, Service service, Port port, Request request) {
  /// As it is written in a query. What is null is not said.
  ///
  /// @param headers lines of `name: value`
  /// @param claims lines of `provider:name/of/name=text`, of verified tokens
  record Query(
      @Nullable String source,
      @Nullable String destination,
      @Nullable String port,
      @Nullable String method,
      @Nullable String path,
      @Nullable String headers,
      @Nullable String claims) {}

  static AskedRequest of(Mesh mesh, Query query) {
    var caller = JoinTokenPage.identity(mesh, AdminResource.required("source", query.source));
    var service =
        JoinTokenPage.service(
            mesh, AdminResource.required("destination", query.destination), World.CONSUL);
    var port = port(service, query.port);
    var providers =
        mesh.policies().getOrDefault(service.id(), InboundPolicy.NOBODY).at(port).providers();
    var http =
        http(
            port,
            query.method,
            query.path,
            query.headers,
            query.claims == null ? null : claims(query.claims, providers));
    return new AskedRequest(mesh, service, port, new Request(caller, port.number(), http));
  }

  /// What is decided at the service's workloads of each identity, in the order of these.
  SortedMap<SpiffeId, Explanation> byWorkload() {
    var all = new TreeMap<SpiffeId, Explanation>();
    mesh.catalog()
        .identitiesOf(service.id())
        .forEach(workload -> all.put(workload, explained(Optional.of(workload))));
    return all;
  }

  /// What is decided; where workloads of several identities serve, at those that deny if any do.
  Explanation explained() {
    return byWorkload().values().stream()
        .min(Comparator.comparing(explanation -> explanation.situation().allowed()))
        .orElseGet(() -> explained(Optional.empty()));
  }

  private Explanation explained(Optional<SpiffeId> workload) {
    var policy = mesh.policies().getOrDefault(service.id(), InboundPolicy.NOBODY);
    return Explanation.of(policy, workload, port, request);
  }

  /// @param number empty or null for the first
  private static Port port(Service service, @Nullable String number) {
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
  private static Request.@Nullable Http http(
      Port port,
      @Nullable String method,
      @Nullable String path,
      @Nullable String headers,
      @Nullable Map<String, Map<List<String>, List<String>>> claims) {
    if (method == null && path == null && headers == null && claims == null) {
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
        Objects.requireNonNullElse(claims, Map.of()));
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

  /// Whoever has claims of a provider has the issuer's name, too.
  private static Map<String, Map<List<String>, List<String>>> claims(
      String lines, List<JwtProvider> providers) {
    var claims = new TreeMap<String, Map<List<String>, List<String>>>();
    for (var line : lines.lines().toList()) {
      int colon = line.indexOf(':');
      int equals = line.indexOf('=', colon);
      if (colon < 1 || equals <= colon + 1) {
        throw AdminResource.problem(
            "claims: \"%s\" is not provider:name=text".formatted(Names.printable(line)));
      }
      var provider = provider(line.substring(0, colon), providers);
      claims
          .computeIfAbsent(
              provider.id(), _ -> new HashMap<>(Map.of(List.of("iss"), List.of(provider.issuer()))))
          .merge(
              List.of(line.substring(colon + 1, equals).split("/", -1)),
              List.of(line.substring(equals + 1)),
              (some, more) -> Stream.concat(some.stream(), more.stream()).toList());
    }
    return claims;
  }

  private static JwtProvider provider(String name, List<JwtProvider> known) {
    return known.stream()
        .filter(provider -> provider.id().equals(name) || provider.id().endsWith("/" + name))
        .findFirst()
        .orElseThrow(() ->
            AdminResource.problem(
                "claims: no rule asks for a token of \"%s\"; of: %s"
                    .formatted(
                        Names.printable(name),
                        known.isEmpty()
                            ? "nobody"
                            : known.stream()
                                .map(JwtProvider::id)
                                .collect(Collectors.joining(", ")))));
  }
}
