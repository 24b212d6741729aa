package io.tombolo.consul;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.mesh.flow.Latest;
import io.tombolo.mesh.policy.PolicyObject;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Predicate;

/// A catalog that follows one source, and every fact that it said.
final class Following implements AutoCloseable {
  private final Source source;
  private final Latest<Catalog> catalog;
  private final List<Fact> facts = new CopyOnWriteArrayList<>();

  Following(Source source) {
    this.source = source;
    this.catalog = new Latest<>(Catalog.of(List.of(source.id())));
    source.start(this::take);
  }

  private void take(Fact fact) {
    facts.add(fact);
    catalog.set(catalog.get().with(List.of(fact)));
  }

  List<Fact> facts() {
    return facts;
  }

  Catalog now() {
    return catalog.get();
  }

  Catalog await(Predicate<Catalog> wanted) throws InterruptedException {
    return catalog.await(wanted);
  }

  void awaitSynced() throws InterruptedException {
    await(c -> status(c) instanceof SourceStatus.Synced);
  }

  SourceStatus.Failed awaitFailed() throws InterruptedException {
    return (SourceStatus.Failed) status(await(c -> status(c) instanceof SourceStatus.Failed));
  }

  SourceStatus.Stale awaitStale() throws InterruptedException {
    return (SourceStatus.Stale) status(await(c -> status(c) instanceof SourceStatus.Stale));
  }

  SourceStatus status(Catalog of) {
    return Optional.ofNullable(of.sources().get(source.id())).orElseThrow();
  }

  ServiceId id(String service) {
    return new ServiceId(source.id(), "default", service);
  }

  /// Waits until a service has instances of just these addresses and this health.
  void awaitEndpoints(String service, Health health, String... addresses)
      throws InterruptedException {
    await(c ->
        c.endpointsOf(id(service))
            .filter(endpoint -> endpoint.health() == health)
            .map(Endpoint::address)
            .sorted()
            .toList()
            .equals(List.of(addresses)));
  }

  static Optional<PolicyObject> policy(Catalog catalog, String name) {
    return catalog.others().values().stream()
        .filter(PolicyObject.class::isInstance)
        .map(PolicyObject.class::cast)
        .filter(policy -> policy.key().name().equals(name))
        .findFirst();
  }

  @Override
  public void close() {
    source.close();
  }
}
