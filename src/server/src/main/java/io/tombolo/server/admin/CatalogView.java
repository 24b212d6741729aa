package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.mesh.flow.Elsewhere;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.flow.Verdict;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.route.RouteObject;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Stream;

/// The model as the REST API tells it.
final class CatalogView {
  private CatalogView() {}

  static Pages.Status status(String version, Mesh mesh, boolean ready, int proxies) {
    var catalog = mesh.catalog();
    return new Pages.Status(
        version,
        mesh.settings().trustDomain().name(),
        catalog.revision(),
        ready,
        catalog.sources().entrySet().stream().map(e -> source(e.getKey(), e.getValue())).toList(),
        proxies,
        catalog.services().size(),
        (int) sets(catalog).mapToLong(set -> set.endpoints().size()).sum(),
        quarantined(catalog).size() + refused(catalog).size() + rejected(mesh).size());
  }

  private static Pages.SourceState source(SourceId id, SourceStatus status) {
    return switch (status) {
      case SourceStatus.Pending(_) -> new Pages.SourceState(id.toString(), "pending", null, null);
      case SourceStatus.Synced() -> new Pages.SourceState(id.toString(), "synced", null, null);
      case SourceStatus.Stale(var since, var why) ->
          new Pages.SourceState(id.toString(), "stale", since.toString(), why);
      case SourceStatus.Failed(var since, var why) ->
          new Pages.SourceState(id.toString(), "failed", since.toString(), why);
    };
  }

  static Pages.CatalogPage catalog(Mesh mesh) {
    var catalog = mesh.catalog();
    return new Pages.CatalogPage(
        catalog.revision(),
        catalog.services().values().stream()
            .sorted(Comparator.comparing(Service::id))
            .map(service -> service(service, mesh))
            .toList(),
        mesh.naming().clashes().values().stream()
            .sorted(Comparator.comparing(Naming.Clash::name))
            .map(CatalogView::clash)
            .toList(),
        quarantined(catalog),
        refused(catalog));
  }

  private static Pages.ServicePage service(Service service, Mesh mesh) {
    var id = service.id();
    return new Pages.ServicePage(
        id.toString(),
        id.source().world().label(),
        id.source().name(),
        id.namespace(),
        id.name(),
        service.ports().stream()
            .map(p -> new Pages.PortPage(p.name(), p.number(), lower(p.protocol())))
            .toList(),
        service.consulNames().stream().sorted().toList(),
        service.labels(),
        service.exported(),
        lower(service.httpProfile()),
        mesh.settings().adoption().at(service).label(),
        service.enforcement().map(Enforcement::label).orElse(null),
        mesh.catalog().endpointsOf(id).map(CatalogView::endpoint).toList());
  }

  private static Pages.EndpointPage endpoint(Endpoint endpoint) {
    return new Pages.EndpointPage(
        endpoint.workload().instance(),
        endpoint.workload().identity().toString(),
        endpoint.portName(),
        endpoint.address(),
        endpoint.port(),
        endpoint.network(),
        endpoint.zone(),
        lower(endpoint.health()),
        endpoint.weight());
  }

  private static Pages.Clash clash(Naming.Clash clash) {
    return new Pages.Clash(
        clash.name(),
        clash.claimants().stream().map(Object::toString).toList(),
        lower(clash.choice()),
        clash.outcome());
  }

  private static List<Pages.Quarantined> quarantined(Catalog catalog) {
    return sets(catalog)
        .flatMap(set ->
            set.quarantined().stream()
                .map(row ->
                    new Pages.Quarantined(set.service().toString(), row.row(), row.reason())))
        .sorted(Comparator.comparing(Pages.Quarantined::toString))
        .toList();
  }

  private static List<Pages.Refused> refused(Catalog catalog) {
    return catalog.others().values().stream()
        .flatMap(item -> refused(item, catalog))
        .sorted(Comparator.comparing(Pages.Refused::toString))
        .toList();
  }

  private static Stream<Pages.Refused> refused(Item item, Catalog catalog) {
    return switch (item) {
      case Refused r -> Stream.of(new Pages.Refused(r.source().toString(), r.what(), r.reason()));
      case RouteObject _, JwtProviderObject _ ->
          Verdict.of(item, catalog).stream()
              .flatMap(verdict ->
                  Stream.concat(verdict.problems().stream(), verdict.unresolved().stream()))
              .map(why -> new Pages.Refused(item.key().source().toString(), name(item), why));
      default -> Stream.empty();
    };
  }

  static Pages.IntentionsPage intentions(Mesh mesh, Map<Key, Elsewhere> elsewhere) {
    var catalog = mesh.catalog();
    return new Pages.IntentionsPage(
        catalog.revision(),
        lower(mesh.settings().mode().byDefault()),
        policies(catalog)
            .flatMap(policy -> policy.intentions().stream())
            .sorted(Intention.FIRST_TRIED)
            .map(CatalogView::intention)
            .toList(),
        rejected(mesh),
        elsewhere.entrySet().stream()
            .map(became ->
                new Pages.WrittenThrough(
                    became.getKey().toString(),
                    became.getValue().written(),
                    became.getValue().message()))
            .sorted(Comparator.comparing(Pages.WrittenThrough::object))
            .toList());
  }

  static Pages.FindingsPage findings(Mesh mesh) {
    return new Pages.FindingsPage(
        mesh.catalog().revision(),
        mesh.findings()
            .map(found ->
                new Pages.FindingPage(
                    found.code().label(),
                    found.code().isError(),
                    found.intention().writtenIn().toString(),
                    found.where().isEmpty() ? null : found.where(),
                    found.code().meaning()))
            .sorted(
                Comparator.comparing(Pages.FindingPage::writtenIn)
                    .thenComparing(Pages.FindingPage::toString))
            .toList());
  }

  private static Pages.IntentionPage intention(Intention intention) {
    return new Pages.IntentionPage(
        intention.source().toString(),
        intention.destination().toString(),
        intention.effect(),
        intention.precedence(),
        intention.writtenIn().toString());
  }

  private static List<Pages.Rejected> rejected(Mesh mesh) {
    var errors = mesh.errors();
    return policies(mesh.catalog())
        .map(policy ->
            new Pages.Rejected(
                name(policy),
                Stream.of(
                        policy.problems(),
                        policy.unresolved(mesh.catalog()),
                        errors.getOrDefault(policy.key(), List.of()))
                    .flatMap(List::stream)
                    .toList(),
                policy.intentions().size()))
        .filter(policy -> !policy.problems().isEmpty())
        .sorted(Comparator.comparing(Pages.Rejected::object))
        .toList();
  }

  static String name(Item item) {
    var key = item.key();
    var namespace = key.namespace().isEmpty() ? "" : key.namespace() + "/";
    return key.source() + "/" + key.part() + "/" + namespace + key.name();
  }

  private static Stream<PolicyObject> policies(Catalog catalog) {
    return catalog.others().values().stream()
        .filter(PolicyObject.class::isInstance)
        .map(PolicyObject.class::cast);
  }

  private static Stream<EndpointSet> sets(Catalog catalog) {
    return catalog.endpoints().values().stream().flatMap(sets -> sets.values().stream());
  }

  private static String lower(Enum<?> value) {
    return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
  }
}
