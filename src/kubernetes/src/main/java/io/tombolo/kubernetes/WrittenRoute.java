package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPBackendRef;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeader;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPHeaderFilter;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteMatch;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteRule;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteSpec;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteTimeouts;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.route.RouteObject;
import io.tombolo.mesh.route.RouteRule;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Reads an `HTTPRoute` whose parents are Services. It is taken as a whole or rejected as a whole,
/// with everything that is wrong with it. Parents of other kinds are the business of others.
final class WrittenRoute {
  static final String KIND = "HTTPRoute";
  private static final String REQUESTS = "RequestHeaderModifier";
  private static final String RESPONSES = "ResponseHeaderModifier";
  private static final int HEAVIEST = 1_000_000;

  private final Ref ref;
  private final Cluster cluster;
  private final List<String> problems = new ArrayList<>();

  private WrittenRoute(Ref ref, Cluster cluster) {
    this.ref = ref;
    this.cluster = cluster;
  }

  /// What it says; empty if it is not about a Service.
  static Optional<RouteObject> of(Ref ref, HTTPRoute written, Cluster cluster) {
    var spec = written.getSpec();
    if (spec == null
        || Given.of(spec.getParentRefs()).stream().noneMatch(WrittenRoute::isService)) {
      return Optional.empty();
    }
    var created = requireNonNullElse(written.getMetadata().getCreationTimestamp(), "");
    return Optional.of(new WrittenRoute(ref, cluster).read(spec, created));
  }

  static boolean isService(ParentReference parent) {
    return "Service".equals(parent.getKind())
        && requireNonNullElse(parent.getGroup(), "").isEmpty();
  }

  private RouteObject read(HTTPRouteSpec spec, String created) {
    var key = RouteObject.key(cluster.source(), KIND, ref.namespace(), ref.name());
    nothingUnknown("spec", spec.getAdditionalProperties());
    var parents = parents(spec);
    var rules = new ArrayList<RouteRule>();
    var written = Given.of(spec.getRules());
    for (int i = 0; i < written.size(); i++) {
      rules.add(rule("spec.rules[" + i + "]", written.get(i)));
    }
    return problems.isEmpty()
        ? RouteObject.accepted(key, created, parents, rules)
        : RouteObject.rejected(key, problems);
  }

  private List<RouteObject.Parent> parents(HTTPRouteSpec spec) {
    var parents = new ArrayList<RouteObject.Parent>();
    var written = Given.of(spec.getParentRefs());
    for (int i = 0; i < written.size(); i++) {
      var parent = written.get(i);
      var field = "spec.parentRefs[" + i + "]";
      if (isService(parent)) {
        nothingUnknown(field, parent.getAdditionalProperties());
        absent(field + ".sectionName", parent.getSectionName(), "name the port by its number");
        service(field, parent.getName(), parent.getNamespace())
            .ifPresent(id ->
                parents.add(new RouteObject.Parent(id, requireNonNullElse(parent.getPort(), 0))));
      }
    }
    return parents;
  }

  /// A service of the object's own namespace.
  private Optional<ServiceId> service(
      String field, @Nullable String name, @Nullable String namespace) {
    var in = requireNonNullElse(namespace, ref.namespace());
    if (!in.equals(ref.namespace())) {
      problems.add(
          field
              + ".namespace: must be the route's own; write the route in the service's namespace");
      return Optional.empty();
    }
    try {
      return Optional.of(new ServiceId(cluster.source(), in, requireNonNullElse(name, "")));
    } catch (IllegalArgumentException bad) {
      problems.add(field + ".name: " + bad.getMessage());
      return Optional.empty();
    }
  }

  private RouteRule rule(String field, HTTPRouteRule rule) {
    nothingUnknown(field, rule.getAdditionalProperties());
    absent(field + ".retry", rule.getRetry(), "requests are not repeated; leave it out");
    absent(
        field + ".sessionPersistence",
        rule.getSessionPersistence(),
        "requests are spread; leave it out");
    var matches = new ArrayList<RouteRule.Match>();
    var written = Given.of(rule.getMatches());
    for (int i = 0; i < written.size(); i++) {
      matches.add(match(field + ".matches[" + i + "]", written.get(i)));
    }
    var backends = new ArrayList<RouteRule.Backend>();
    var refs = Given.of(rule.getBackendRefs());
    for (int i = 0; i < refs.size(); i++) {
      backend(field + ".backendRefs[" + i + "]", refs.get(i)).ifPresent(backends::add);
    }
    var edits = edits(field, rule);
    return new RouteRule(
        matches.isEmpty() ? List.of(RouteRule.Match.EVERYTHING) : matches,
        edits.getOrDefault(REQUESTS, RouteRule.HeaderEdits.NONE),
        edits.getOrDefault(RESPONSES, RouteRule.HeaderEdits.NONE),
        timeout(field + ".timeouts", rule.getTimeouts()),
        backends);
  }

  private RouteRule.Match match(String field, HTTPRouteMatch match) {
    nothingUnknown(field, match.getAdditionalProperties());
    var path = match.getPath();
    if (path != null) {
      nothingUnknown(field + ".path", path.getAdditionalProperties());
    }
    var value = path == null ? "/" : requireNonNullElse(path.getValue(), "/");
    var type = path == null ? null : path.getType();
    if (!value.startsWith("/")) {
      problems.add(field + ".path.value: must begin with /");
    }
    boolean exact =
        switch (requireNonNullElse(type, "PathPrefix")) {
          case "Exact" -> true;
          case "PathPrefix" -> false;
          default -> {
            problems.add(field + ".path.type: must be Exact or PathPrefix");
            yield false;
          }
        };
    var headers = new ArrayList<RouteRule.Field>();
    for (var header : Given.of(match.getHeaders())) {
      nothingUnknown(field + ".headers", header.getAdditionalProperties());
      exactly(field + ".headers", header.getType());
      headers.add(field(lower(header.getName()), header.getValue()));
    }
    unique(field + ".headers", headers);
    var queries = new ArrayList<RouteRule.Field>();
    for (var query : Given.of(match.getQueryParams())) {
      nothingUnknown(field + ".queryParams", query.getAdditionalProperties());
      exactly(field + ".queryParams", query.getType());
      queries.add(field(query.getName(), query.getValue()));
    }
    unique(field + ".queryParams", queries);
    return new RouteRule.Match(
        exact ? value : withoutEnd(value),
        exact,
        requireNonNullElse(match.getMethod(), ""),
        headers,
        queries);
  }

  /// `/a/` and `/a` are the same prefix.
  private static String withoutEnd(String prefix) {
    int end = prefix.length();
    while (end > 1 && prefix.charAt(end - 1) == '/') {
      end--;
    }
    return prefix.substring(0, end);
  }

  private void exactly(String field, @Nullable String type) {
    if (!requireNonNullElse(type, "Exact").equals("Exact")) {
      problems.add(field + ".type: must be Exact; regular expressions are not supported");
    }
  }

  private void unique(String field, List<RouteRule.Field> fields) {
    var names = new HashSet<String>();
    fields.forEach(one -> {
      if (!names.add(one.name())) {
        problems.add(
            "%s: two are about \"%s\"; keep one".formatted(field, Names.printable(one.name())));
      }
    });
  }

  private Optional<RouteRule.Backend> backend(String field, HTTPBackendRef backend) {
    nothingUnknown(field, backend.getAdditionalProperties());
    absent(
        field + ".filters",
        Given.of(backend.getFilters()).isEmpty() ? null : "",
        "write them beside backendRefs, for the whole rule");
    if (!requireNonNullElse(backend.getKind(), "Service").equals("Service")
        || !requireNonNullElse(backend.getGroup(), "").isEmpty()) {
      problems.add(field + ".kind: must be a Service");
      return Optional.empty();
    }
    int port = requireNonNullElse(backend.getPort(), 0);
    if (port < 1 || port > 65_535) {
      problems.add(field + ".port: missing or not 1 to 65535; name the port of the Service");
    }
    int weight = requireNonNullElse(backend.getWeight(), 1);
    if (weight < 0 || weight > HEAVIEST) {
      problems.add(field + ".weight: must be 0 to " + HEAVIEST);
    }
    return service(field, backend.getName(), backend.getNamespace())
        .map(id -> new RouteRule.Backend(id, port, weight));
  }

  /// What its filters do, by their type.
  private Map<String, RouteRule.HeaderEdits> edits(String field, HTTPRouteRule rule) {
    var edits = new HashMap<String, RouteRule.HeaderEdits>();
    var filters = Given.of(rule.getFilters());
    for (int i = 0; i < filters.size(); i++) {
      var filter = filters.get(i);
      var at = field + ".filters[" + i + "]";
      nothingUnknown(at, filter.getAdditionalProperties());
      var type = requireNonNullElse(filter.getType(), "");
      var modifier =
          switch (type) {
            case REQUESTS -> edits(at, filter.getRequestHeaderModifier());
            case RESPONSES -> edits(at, filter.getResponseHeaderModifier());
            default -> {
              problems.add(
                  "%s.type: %s is not supported; %s and %s are"
                      .formatted(at, Names.printable(type), REQUESTS, RESPONSES));
              yield RouteRule.HeaderEdits.NONE;
            }
          };
      if (edits.put(type, modifier) != null) {
        problems.add(at + ": a second " + Names.printable(type) + "; write both as one");
      }
    }
    return edits;
  }

  private RouteRule.HeaderEdits edits(String field, @Nullable HTTPHeaderFilter filter) {
    if (filter == null) {
      problems.add(field + ": says nothing about headers; give it set, add or remove");
      return RouteRule.HeaderEdits.NONE;
    }
    nothingUnknown(field, filter.getAdditionalProperties());
    var edits =
        new RouteRule.HeaderEdits(
            fields(filter.getSet()),
            fields(filter.getAdd()),
            Given.of(filter.getRemove()).stream().map(WrittenRoute::lower).toList());
    for (var name : edits.remove()) {
      editable(field, name);
    }
    edits.set().forEach(one -> editable(field, one.name()));
    edits.add().forEach(one -> editable(field, one.name()));
    return edits;
  }

  /// Envoy lets nobody edit what a request is routed by.
  private void editable(String field, String name) {
    if (name.isEmpty() || name.startsWith(":") || name.equals("host")) {
      problems.add(
          "%s: the header \"%s\" cannot be edited".formatted(field, Names.printable(name)));
    }
  }

  private static List<RouteRule.Field> fields(@Nullable List<HTTPHeader> headers) {
    return Given.of(headers).stream()
        .map(header -> field(lower(header.getName()), header.getValue()))
        .toList();
  }

  private static RouteRule.Field field(@Nullable String name, @Nullable String value) {
    return new RouteRule.Field(requireNonNullElse(name, ""), requireNonNullElse(value, ""));
  }

  private static String lower(@Nullable String name) {
    return requireNonNullElse(name, "").toLowerCase(Locale.ROOT);
  }

  /// The shorter of both: a request is sent to one backend, once.
  private long timeout(String field, @Nullable HTTPRouteTimeouts timeouts) {
    if (timeouts == null) {
      return 0;
    }
    nothingUnknown(field, timeouts.getAdditionalProperties());
    long request = millis(field + ".request", timeouts.getRequest());
    long backend = millis(field + ".backendRequest", timeouts.getBackendRequest());
    return request == 0 || backend == 0 ? Math.max(request, backend) : Math.min(request, backend);
  }

  /// A duration of the Gateway API (GEP-2257): `1h2m3s4ms`, each part at most once.
  private long millis(String field, @Nullable String written) {
    if (written == null) {
      return 0;
    }
    try {
      return GatewayDuration.millis(written);
    } catch (IllegalArgumentException bad) {
      problems.add(field + ": " + bad.getMessage());
      return 0;
    }
  }

  private void absent(String field, @Nullable Object value, String wayOut) {
    if (value != null) {
      problems.add(field + ": not supported; " + wayOut);
    }
  }

  private void nothingUnknown(String field, @Nullable Map<String, Object> unknown) {
    for (var name : Given.of(unknown).keySet()) {
      problems.add("%s.%s: not supported; leave it out".formatted(field, Names.printable(name)));
    }
  }
}
