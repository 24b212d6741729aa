package io.tombolo.mesh.flow;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.route.RouteObject;
import io.tombolo.mesh.route.Routes;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// What became of an object that someone wrote.
///
/// @param problems why it is not in force as it is written, or where not
/// @param unresolved what it points to and is not there
/// @param elsewhere what became of it in the other world, if it is written through
public record Verdict(
    List<String> problems, List<String> unresolved, Optional<Elsewhere> elsewhere) {
  public Verdict {
    problems = List.copyOf(problems);
    unresolved = List.copyOf(unresolved);
  }

  public Verdict(List<String> problems, List<String> unresolved) {
    this(problems, unresolved, Optional.empty());
  }

  public Verdict with(Optional<Elsewhere> became) {
    return new Verdict(problems, unresolved, became);
  }

  /// The same with more problems.
  public Verdict with(List<String> more) {
    return new Verdict(
        Stream.concat(problems.stream(), more.stream()).toList(), unresolved, elsewhere);
  }

  /// Of an item in a catalog; empty if it is none that someone wants to know about.
  public static Optional<Verdict> of(Item item, Catalog catalog) {
    return switch (item) {
      case PolicyObject policy ->
          Optional.of(new Verdict(policy.problems(), policy.unresolved(catalog)));
      case JwtProviderObject provider -> Optional.of(new Verdict(provider.problems(), List.of()));
      case RouteObject route ->
          Optional.of(
              new Verdict(
                  Stream.concat(
                          route.problems().stream(), Routes.unattached(route, catalog).stream())
                      .toList(),
                  Routes.unresolved(route, catalog)));
      default -> Optional.empty();
    };
  }
}
