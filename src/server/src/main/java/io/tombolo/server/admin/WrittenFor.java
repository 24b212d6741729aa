package io.tombolo.server.admin;

import io.tombolo.consul.ProposedEntries;
import io.tombolo.kubernetes.ProposedIntentions;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.traffic.Dialect;
import io.tombolo.mesh.traffic.Proposal;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The intention that one would write for a caller and a service: an entry of Consul for a service
/// of Consul if that can name both, else an object of Kubernetes.
record WrittenFor(AskedRequest asked, Party source, Party destination, boolean inConsul) {
  private static final String ENTRY = "service-intentions";

  static WrittenFor of(AskedRequest asked) {
    var mesh = asked.mesh();
    var settings = mesh.settings();
    var policies = mesh.meaning();
    var service = asked.service().id();
    Stream<Dialect> consul =
        service.source().world() == World.CONSUL
            ? Stream.of(Dialect.Consul.of(policies, mesh.catalog(), settings.trustDomain()))
            : Stream.empty();
    var kubernetes = new Dialect.Kubernetes(policies, settings.trustDomain());
    return Stream.concat(consul, Stream.of(kubernetes))
        .flatMap(dialect -> named(asked, dialect).stream())
        .findFirst()
        .orElseGet(() ->
            new WrittenFor(
                asked,
                new Party.Identified(asked.request().caller()),
                new Party.InWorld(service.source().world(), service.namespace(), service.name()),
                false));
  }

  private static Optional<WrittenFor> named(AskedRequest asked, Dialect dialect) {
    return dialect
        .source(asked.request().caller())
        .flatMap(source ->
            dialect
                .destination(asked.service().id())
                .map(destination ->
                    new WrittenFor(asked, source, destination, dialect instanceof Dialect.Consul)));
  }

  Intention intention(Action action) {
    return new Intention(source, destination, action, writtenIn());
  }

  private Provenance writtenIn() {
    var id = asked.service().id();
    return inConsul
        ? new Provenance(id.source(), ENTRY, "", destination.toString(), 0)
        : new Provenance(id.source(), "Intention", id.namespace(), name(), 0);
  }

  /// The object that allows it, as text.
  String allowing() {
    var allowed = new Proposal.Source(source, List.of());
    var proposal = new Proposal(asked.service().id(), destination, List.of(allowed));
    if (!inConsul) {
      return ProposedIntentions.yaml(proposal, name());
    }
    return entry().isPresent()
        ? ProposedEntries.source(allowed)
        : ProposedEntries.json(List.of(proposal));
  }

  /// What is to be done with that text.
  String how() {
    return entry()
        .map(source -> "add to Sources of %s/%s/%s".formatted(source, ENTRY, destination))
        .orElse("apply");
  }

  /// Where there is an entry already that it has to be in.
  private Optional<SourceId> entry() {
    return inConsul
        ? policies()
            .filter(key -> key.part().equals(ENTRY) && key.name().equals(destination.toString()))
            .map(Key::source)
            .findFirst()
        : Optional.empty();
  }

  /// A name that no object has.
  private String name() {
    var caller = asked.request().caller().path();
    var last = caller.substring(caller.lastIndexOf('/') + 1).replaceAll("[^a-z0-9-]", "-");
    var name = "allow-%s-to-%s".formatted(last, asked.service().id().name());
    var taken = policies().map(Key::name).toList();
    return Stream.iterate(1, n -> n + 1)
        .map(n -> n == 1 ? name : name + "-" + n)
        .filter(one -> !taken.contains(one))
        .findFirst()
        .orElseThrow();
  }

  private Stream<Key> policies() {
    return asked.mesh().catalog().others().values().stream()
        .filter(PolicyObject.class::isInstance)
        .map(policy -> ((PolicyObject) policy).key());
  }
}
