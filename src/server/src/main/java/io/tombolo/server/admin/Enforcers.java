package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Workload;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.server.ports.Connections.Connection;
import io.tombolo.xds.delivery.Delivery;
import io.tombolo.xds.delivery.Lack;
import io.tombolo.xds.receipt.Receipt;
import io.tombolo.xds.snapshot.ResourceName;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.translate.Inbound;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.Set;
import java.util.TreeMap;
import java.util.concurrent.CompletableFuture;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who enforces what is decided at a port of a service: the proxies of its workloads, or gRPC
/// servers without one.
final class Enforcers {
  /// In the order in which they matter.
  enum State {
    /// No proxy of the workload is known.
    NONE,
    /// It did not take the policy, and has an earlier one.
    REFUSED,
    /// It is not connected, and has what it had.
    LOST,
    /// It has not acknowledged the newest.
    PENDING,
    ENFORCES
  }

  /// @param applied the newest revision of which the proxy acknowledged everything; null if there
  ///   is no proxy
  record EnforcerPage(
      String node, String identity, String state, String why, @Nullable Long applied) {}

  /// @param revision the newest
  /// @param enforcing how many workloads have a proxy that enforces what is decided at it
  /// @param workloads all; those with trouble first
  record EnforcementPage(long revision, long enforcing, int total, List<EnforcerPage> workloads) {}

  private record Asked(
      Connection connection,
      CompletableFuture<Receipt.Report> report,
      CompletableFuture<Delivery> delivery) {}

  private record Found(State state, EnforcerPage page) {}

  private static final String ITSELF =
      "it has no proxy and enforces what gRPC sees; what it does not is declined in tombolo"
          + " proxies";

  private final AskedRequest asked;
  private final long revision;

  private Enforcers(AskedRequest asked) {
    this.asked = asked;
    this.revision = asked.mesh().catalog().revision();
  }

  /// Waits for the streams' turns.
  ///
  /// @param known proxies that are or were connected
  static EnforcementPage of(AskedRequest asked, List<Connection> known) {
    return new Enforcers(asked).page(known);
  }

  private EnforcementPage page(List<Connection> known) {
    var byWorkload =
        endpoints(asked)
            .collect(
                Collectors.groupingBy(
                    Endpoint::workload,
                    () -> new TreeMap<>(Comparator.comparing(Workload::nodeId)),
                    Collectors.toList()));
    var proxies =
        known.stream()
            .filter(connection -> !(connection.proxy().role() instanceof Proxy.Role.MeshGateway))
            .filter(connection -> stream(byWorkload.keySet(), connection).findAny().isPresent())
            .map(connection ->
                new Asked(connection, connection.report(revision), connection.delivery()))
            .toList();
    var found =
        byWorkload.entrySet().stream()
            .map(one -> found(one.getKey(), one.getValue(), proxies))
            .sorted(Comparator.comparing(Found::state))
            .toList();
    return new EnforcementPage(
        revision,
        found.stream().filter(one -> one.state() == State.ENFORCES).count(),
        found.size(),
        found.stream().map(Found::page).toList());
  }

  /// Where a service is served at the port that is asked about.
  static Stream<Endpoint> endpoints(AskedRequest asked) {
    Mesh mesh = asked.mesh();
    return mesh.catalog()
        .endpointsOf(asked.service().id())
        .filter(endpoint -> endpoint.portName().equals(asked.port().name()));
  }

  private static Stream<Workload> stream(Set<Workload> workloads, Connection connection) {
    return workloads.stream().filter(workload -> isOf(workload, connection));
  }

  private static boolean isOf(Workload workload, Connection connection) {
    return connection.proxy().nodeId().equals(workload.nodeId())
        && connection.proxy().identity().equals(workload.identity());
  }

  private Found found(Workload workload, List<Endpoint> endpoints, List<Asked> proxies) {
    return proxies.stream()
        .filter(one -> isOf(workload, one.connection()))
        .findFirst()
        .map(one -> found(workload, endpoints, one))
        .orElseGet(() ->
            found(
                workload,
                State.NONE,
                "no proxy of it has connected here: whoever reaches it directly is not judged",
                null));
  }

  private Found found(Workload workload, List<Endpoint> endpoints, Asked proxy) {
    var report = proxy.report().join();
    var applied = proxy.delivery().join().applied();
    var lostAt = report.stream().lostAt();
    boolean itself = proxy.connection().proxy().role() instanceof Proxy.Role.GrpcServer;
    var needed = names(endpoints);
    var lacks =
        report.lacking().stream().filter(lack -> itself || needed.contains(lack.what())).toList();
    var refusal = lacks.stream().map(Lack::refusal).filter(Objects::nonNull).findFirst();
    if (refusal.isPresent()) {
      var why = "it refused the newest policy and has an earlier one: ";
      return found(workload, State.REFUSED, why + refusal.get().message(), applied);
    }
    if (lostAt != null) {
      var why = "its stream was lost at %s: it has what it had then".formatted(lostAt);
      return found(workload, State.LOST, why, applied);
    }
    if (!lacks.isEmpty()) {
      var why = "it has not acknowledged " + lacks.getFirst().what();
      return found(workload, State.PENDING, why, applied);
    }
    return report.seen() < revision
        ? found(workload, State.PENDING, "it was not told of the newest revision yet", applied)
        : found(workload, State.ENFORCES, itself ? ITSELF : "it has what there is", applied);
  }

  private static Found found(Workload workload, State state, String why, @Nullable Long applied) {
    return new Found(
        state,
        new EnforcerPage(
            workload.nodeId(),
            workload.identity().toString(),
            state.name().toLowerCase(Locale.ROOT),
            why,
            applied));
  }

  /// What a proxy needs of what it is told to decide as it should.
  private Set<ResourceName> names(List<Endpoint> endpoints) {
    var listeners =
        endpoints.stream()
            .map(endpoint ->
                new ResourceName(
                    ResourceType.LISTENER,
                    Inbound.name(new Mesh.Gateway(endpoint.address(), endpoint.proxyPort()))));
    var routes =
        new ResourceName(
            ResourceType.ROUTES,
            Inbound.routes(Inbound.served(asked.service().id(), asked.port())));
    return Stream.concat(listeners, Stream.of(routes)).collect(Collectors.toSet());
  }
}
