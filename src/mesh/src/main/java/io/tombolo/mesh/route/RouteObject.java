package io.tombolo.mesh.route;

import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Revisable;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import java.util.List;

/// What one object of a source says about where requests go: an `HTTPRoute` of the Gateway API
/// whose parents are Services (GAMMA, GEP-1324).
///
/// @param created when the object was made, as its source writes it: of equals the oldest counts
/// @param parents the services that it is about
/// @param rules what is in force
/// @param problems why the object as it is now was rejected, each with the field and the way out;
///   empty if it is in force. A rejected object leaves the last good rules in force.
public record RouteObject(
    Key key, String created, List<Parent> parents, List<RouteRule> rules, List<String> problems)
    implements Revisable {
  public RouteObject {
    parents = List.copyOf(parents);
    rules = List.copyOf(rules);
    problems = List.copyOf(problems);
  }

  /// Requests to a service.
  ///
  /// @param port 0 for each of its ports
  public record Parent(ServiceId service, int port) {
    boolean covers(int number) {
      return port == 0 || port == number;
    }
  }

  /// An object whose rules are to be in force.
  public static RouteObject accepted(
      Key key, String created, List<Parent> parents, List<RouteRule> rules) {
    return new RouteObject(key, created, parents, rules, List.of());
  }

  /// An object that cannot be followed as it is written.
  public static RouteObject rejected(Key key, List<String> problems) {
    return new RouteObject(key, "", List.of(), List.of(), problems);
  }

  /// @param kind as its source calls it: `HTTPRoute`
  public static Key key(SourceId source, String kind, String namespace, String name) {
    return new Key(source, Key.Kind.ROUTES, namespace, name, kind);
  }

  @Override
  public Item succeeding(Item earlier) {
    return problems.isEmpty() || !(earlier instanceof RouteObject lastGood)
        ? this
        : new RouteObject(key, lastGood.created, lastGood.parents, lastGood.rules, problems);
  }
}
