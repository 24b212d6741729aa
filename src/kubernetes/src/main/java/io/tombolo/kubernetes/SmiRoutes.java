package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.HttpMatches;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// Reads the rules of a `TrafficTarget`, which are names of routes of SMI in its own namespace.
///
/// A regular expression is of the whole path or value: "anchored" is said of its start only, but a
/// longer reading would allow more than is written.
final class SmiRoutes {
  private static final Set<String> OF_RULE = Set.of("kind", "name", "matches");
  private static final Set<String> OF_MATCH = Set.of("name", "pathRegex", "methods", "headers");
  private static final String ANY = "*";

  private final String namespace;
  private final Foreign.Lookup lookup;
  private final BiConsumer<String, String> wrong;
  private final BiConsumer<String, String> missing;
  private final List<Condition> requests = new ArrayList<>();
  private final List<Condition> ports = new ArrayList<>();
  private boolean ofRequests;
  private boolean ofPorts;

  /// @param wrong told what is written wrongly
  /// @param missing told what is not there, or not carried
  SmiRoutes(
      String namespace,
      Foreign.Lookup lookup,
      BiConsumer<String, String> wrong,
      BiConsumer<String, String> missing) {
    this.namespace = namespace;
    this.lookup = lookup;
    this.wrong = wrong;
    this.missing = missing;
  }

  /// One of these must hold. Ports of TCP routes narrow the HTTP routes beside them.
  List<Condition> allowed(List<Tree> rules) {
    rules.forEach(this::read);
    var at = ofPorts ? Condition.anyOf(ports) : Condition.always();
    var either = ofPorts ? List.of(Condition.always()) : List.<Condition>of();
    return (ofRequests ? requests : either)
        .stream()
            .map(request -> Condition.allOf(at, request))
            .filter(condition -> !condition.equals(Condition.never()))
            .toList();
  }

  private void read(Tree rule) {
    rule.onlyKnown(OF_RULE, wrong);
    switch (rule.text("kind")) {
      case "HTTPRouteGroup" -> {
        ofRequests = true;
        found(rule, Dialect.HTTP_ROUTE_GROUP).ifPresent(group -> group(rule, group));
      }
      case "TCPRoute" -> {
        ofPorts = true;
        found(rule, Dialect.TCP_ROUTE).ifPresent(this::ports);
      }
      case "UDPRoute" ->
          missing.accept(
              rule.at("kind"), "UDP is not carried by the mesh, so a UDPRoute allows nothing");
      default -> wrong.accept(rule.at("kind"), "must be HTTPRouteGroup, TCPRoute or UDPRoute");
    }
  }

  private Optional<Tree> found(Tree rule, Dialect kind) {
    var name = rule.text("name");
    var found = lookup.find(kind, namespace, name);
    if (found.isEmpty()) {
      missing.accept(
          rule.at("name"),
          "%s is not there, and allows nothing until it is".formatted(kind.named(namespace, name)));
    }
    return found.map(object -> body(object, kind.named(namespace, name).toString()));
  }

  private Tree body(Tree object, String where) {
    var body =
        object.has("spec")
            ? new Tree(where + " spec", object.object("spec").fields())
            : new Tree(where, object.fields());
    body.onlyKnown(Set.of("matches", "status"), wrong);
    return body;
  }

  private void ports(Tree route) {
    var matches = route.object("matches");
    matches.onlyKnown(Set.of("name", "ports"), wrong);
    var written = matches.ports("ports");
    if (written.isEmpty()) {
      ports.add(Condition.always());
    }
    written.forEach(port -> ports.add(new Condition.Port(port)));
  }

  private void group(Tree rule, Tree group) {
    var byName = new HashMap<String, Tree>();
    for (var match : group.objects("matches")) {
      if (byName.put(match.text("name"), match) != null) {
        wrong.accept(match.at("name"), "is there twice; rename one");
      }
    }
    if (!rule.has("matches")) {
      group.objects("matches").forEach(match -> requests.add(request(match)));
      return;
    }
    for (var name : rule.texts("matches")) {
      var match = byName.get(name);
      if (match == null) {
        missing.accept(
            rule.at("matches"),
            "%s has no match \"%s\""
                .formatted(
                    Dialect.HTTP_ROUTE_GROUP.named(namespace, rule.text("name")),
                    Names.printable(name)));
      } else {
        requests.add(request(match));
      }
    }
  }

  private Condition request(Tree match) {
    match.onlyKnown(OF_MATCH, wrong);
    var http = new HttpMatches(wrong);
    var conditions = new ArrayList<Condition>();
    var path = match.text("pathRegex");
    conditions.add(
        path.isEmpty()
            ? new Condition.Path(Text.PRESENT)
            : http.pathRegex(match.at("pathRegex"), path).orElse(Condition.never()));
    var methods = match.texts("methods");
    if (!methods.contains(ANY)) {
      http.methods(match.at("methods"), methods).ifPresent(conditions::add);
    }
    headers(match)
        .forEach((name, regex) ->
            conditions.add(
                http.headerRegex(match.at("headers"), name, regex, false)
                    .orElse(Condition.never())));
    return Condition.allOf(conditions);
  }

  /// A map, or a list of maps as earlier versions have it.
  private static Map<String, String> headers(Tree match) {
    if (!match.isList("headers")) {
      return match.object("headers").texts();
    }
    var all = new HashMap<String, String>();
    for (var one : match.objects("headers")) {
      one.texts()
          .forEach((name, regex) -> {
            if (all.put(name, regex) != null) {
              throw new IllegalArgumentException(
                  match.at("headers") + ": one is there twice; keep one");
            }
          });
    }
    return all;
  }
}
