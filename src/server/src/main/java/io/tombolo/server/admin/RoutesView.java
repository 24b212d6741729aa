package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.flow.Verdict;
import io.tombolo.mesh.route.RouteObject;
import io.tombolo.mesh.route.RouteRule;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Routes as the REST API tells them.
final class RoutesView {
  private RoutesView() {}

  static Pages.RoutesPage routes(Mesh mesh) {
    return new Pages.RoutesPage(
        mesh.catalog().revision(),
        mesh.catalog().others().values().stream()
            .filter(RouteObject.class::isInstance)
            .map(item -> route((RouteObject) item, mesh))
            .sorted(Comparator.comparing(Pages.RoutePage::object))
            .toList());
  }

  private static Pages.RoutePage route(RouteObject route, Mesh mesh) {
    return new Pages.RoutePage(
        CatalogView.name(route),
        route.parents().stream()
            .map(parent -> parent.service() + (parent.port() == 0 ? "" : ":" + parent.port()))
            .toList(),
        route.rules().stream().map(RoutesView::rule).toList(),
        Verdict.of(route, mesh.catalog()).stream()
            .flatMap(verdict ->
                Stream.concat(verdict.problems().stream(), verdict.unresolved().stream()))
            .toList());
  }

  /// `GET /a (whole) with x-user=1 or /b to <service>:<port> (9 of 10) and ...`.
  private static String rule(RouteRule rule) {
    int all = rule.backends().stream().mapToInt(RouteRule.Backend::weight).sum();
    var backends =
        rule.backends().stream()
            .map(backend ->
                "%s:%d (%d of %d)"
                    .formatted(backend.service(), backend.port(), backend.weight(), all))
            .collect(Collectors.joining(" and "));
    return rule.matches().stream().map(RoutesView::match).collect(Collectors.joining(" or "))
        + " to "
        + (backends.isEmpty() ? "nobody" : backends)
        + (rule.timeoutMillis() == 0 ? "" : " within " + rule.timeoutMillis() + " ms");
  }

  private static String match(RouteRule.Match match) {
    var words = new ArrayList<String>();
    if (!match.method().isEmpty()) {
      words.add(Names.printable(match.method()));
    }
    words.add(Names.printable(match.path()) + (match.exact() ? " (whole)" : ""));
    Stream.of(match.headers(), match.queries())
        .flatMap(List::stream)
        .forEach(field -> words.add("with " + Names.printable(field.name() + "=" + field.value())));
    return String.join(" ", words);
  }
}
