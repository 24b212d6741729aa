package io.tombolo.consul;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;

/// Intentions about one service in the words of a `service-intentions` entry, for proxies that
/// Consul drives. It never allows what they do not: what Consul has no words for is a reason to say
/// nothing, but for callers that it cannot name, where all others are denied.
///
/// @param sources of the entry; the last denies everyone else, whatever Consul's default is
/// @param leftOut who would be allowed, and has no name in Consul
/// @param unsayable why there is no entry; empty if there is one
record Saying(ArrayNode sources, List<String> leftOut, List<String> unsayable) {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String EVERYONE = "*";

  /// @param tried with this service as destination, in the order in which they are tried; the mesh
  ///   denies by default
  /// @param strict is the mesh?
  static Saying of(List<Intention> tried, boolean strict) {
    var bySource = new LinkedHashMap<String, ObjectNode>();
    var leftOut = new ArrayList<String>();
    var unsayable = new ArrayList<String>();
    for (var intention : tried) {
      var name = name(intention.source());
      why(intention).ifPresent(why -> unsayable.add(intention.writtenIn() + ": " + why));
      if (intention.source() instanceof Party.Identified && !isPlainAllow(intention)) {
        unsayable.add(
            "%s: it denies %s something, whom Consul may know by a name that another lets in"
                .formatted(intention.writtenIn(), intention.source()));
      }
      if (name.isEmpty()) {
        leftOut.add(
            "%s: Consul has no name for %s".formatted(intention.writtenIn(), intention.source()));
      } else if (!bySource.containsKey(name.get())) {
        try {
          bySource.put(name.get(), source(name.get(), intention, strict));
        } catch (Unsayable problem) {
          unsayable.add(intention.writtenIn() + ": " + problem.getMessage());
        }
      }
    }
    bySource.putIfAbsent(EVERYONE, named(EVERYONE).put("Action", "deny"));
    if (!bySource.get(EVERYONE).path("Action").asText().equals("deny")) {
      unsayable.addAll(leftOut);
    }
    var sources = JSON.createArrayNode();
    bySource.values().forEach(sources::add);
    return new Saying(sources, List.copyOf(leftOut), List.copyOf(unsayable));
  }

  /// An entry that lets in nobody.
  static ArrayNode nobody() {
    return JSON.createArrayNode().add(named(EVERYONE).put("Action", "deny"));
  }

  ObjectNode entry(String name, Map<String, String> meta) {
    return entry(name, unsayable.isEmpty() ? sources : nobody(), meta);
  }

  private static ObjectNode entry(String name, ArrayNode sources, Map<String, String> meta) {
    var entry = JSON.createObjectNode().put("Kind", ServiceIntentions.KIND).put("Name", name);
    entry.set("Sources", sources);
    meta.forEach(entry.putObject("Meta")::put);
    return entry;
  }

  private static ObjectNode named(String name) {
    return JSON.createObjectNode().put("Name", name);
  }

  private static Optional<String> name(Party source) {
    return switch (source) {
      case Party.Everyone(), Party.Anyone() -> Optional.of(EVERYONE);
      case Party.Named(var name) -> Optional.of(name);
      case Party.InWorld(var world, var namespace, var name) ->
          world == World.CONSUL && namespace.equals(ConsulWorld.NAMESPACE)
              ? Optional.of(name)
              : Optional.empty();
      case Party.InNamespace _, Party.Account _, Party.Identified _ -> Optional.empty();
    };
  }

  private static boolean isPlainAllow(Intention intention) {
    return intention.permissions().isEmpty() && intention.otherwise() == Otherwise.ALLOW;
  }

  /// Why an intention as a whole cannot be said.
  private static Optional<String> why(Intention intention) {
    boolean closing =
        intention.source() instanceof Party.Anyone && intention.otherwise() == Otherwise.DENY;
    if (intention.otherwise() == Otherwise.NEXT) {
      return Optional.of("it only adds to others, which Consul's intentions do not");
    }
    if (intention.destination().isIdentity()) {
      return Optional.of("it is about workloads of an identity, not about a service");
    }
    if (!closing
        && intention.precedence()
            != Intention.precedenceOf(intention.source(), intention.destination())) {
      return Optional.of("it is tried in another order than Consul's");
    }
    return intention.given().equals(Condition.always())
        ? Optional.empty()
        : Optional.of("it asks for a token");
  }

  private static ObjectNode source(String name, Intention intention, boolean strict) {
    var source = named(name);
    if (intention.permissions().isEmpty()) {
      return source.put("Action", intention.otherwise() == Otherwise.ALLOW ? "allow" : "deny");
    }
    var permissions = source.putArray("Permissions");
    intention.permissions().forEach(permission -> permissions.add(permission(permission, strict)));
    var rest = intention.otherwise() == Otherwise.ALLOW ? Action.ALLOW : Action.DENY;
    permissions.add(permission(new Permission(rest, Condition.always()), strict));
    return source;
  }

  private static ObjectNode permission(Permission permission, boolean strict) {
    var written =
        JSON.createObjectNode().put("Action", permission.action().name().toLowerCase(Locale.ROOT));
    var http = written.putObject("HTTP");
    var parts =
        permission.condition() instanceof Condition.AllOf(var several)
            ? several
            : List.of(permission.condition());
    for (var part : parts) {
      say(part, http, strict);
    }
    if (http.isEmpty()) {
      // All that Consul's routes lead to the service.
      http.put("PathPrefix", "/");
    }
    return written;
  }

  private static void say(Condition part, ObjectNode http, boolean strict) {
    switch (part) {
      case Condition.Path(var test)
          when !http.has("PathExact") && !http.has("PathPrefix") && !test.ignoreCase() ->
          http.put(
              switch (test.kind()) {
                case EXACT -> "PathExact";
                case PREFIX -> "PathPrefix";
                case PRESENT, SUFFIX, CONTAINS -> throw new Unsayable(part);
              },
              test.value());
      case Condition.Method(var name) when !http.has("Methods") ->
          http.putArray("Methods").add(name);
      case Condition.AnyOf(var of)
          when !of.isEmpty()
              && !http.has("Methods")
              && of.stream().allMatch(Condition.Method.class::isInstance) ->
          of.forEach(method -> http.withArray("Methods").add(((Condition.Method) method).name()));
      case Condition.Header header when !(strict && header.testsValue()) ->
          header(http, header.name(), header.test(), header.inverted());
      case Condition.Not(Condition.Header(var name, var test, _)) when test.equals(Text.PRESENT) ->
          header(http, name, test, true);
      default -> throw new Unsayable(part);
    }
  }

  private static void header(ObjectNode http, String name, Text test, boolean inverted) {
    var header = http.withArray("Header").addObject().put("Name", name);
    switch (test.kind()) {
      case PRESENT -> header.put("Present", true);
      case EXACT -> header.put("Exact", test.value());
      case PREFIX -> header.put("Prefix", test.value());
      case SUFFIX -> header.put("Suffix", test.value());
      case CONTAINS -> header.put("Contains", test.value());
    }
    if (test.kind() == Text.Kind.EXACT && test.value().isEmpty()) {
      throw new Unsayable(new Condition.Header(name, test, inverted));
    }
    if (test.ignoreCase()) {
      header.put("IgnoreCase", true);
    }
    if (inverted) {
      header.put("Invert", true);
    }
  }

  /// A condition that Consul has no words for, or none that do not let in more.
  private static final class Unsayable extends IllegalArgumentException {
    Unsayable(Condition condition) {
      super("Consul cannot say as exactly: " + condition);
    }
  }
}
