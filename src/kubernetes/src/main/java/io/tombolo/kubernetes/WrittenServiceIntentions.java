package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads a `ServiceIntentions` object of consul-k8s: what a `service-intentions` entry of Consul
/// says, and with the same meaning.
final class WrittenServiceIntentions {
  private static final Set<String> OF_OBJECT = Set.of("spec", "status");
  private static final Set<String> OF_SPEC = Set.of("destination", "sources");
  private static final Set<String> OF_DESTINATION = Set.of("name", "namespace");
  private static final Set<String> OF_SOURCE =
      Set.of("name", "namespace", "partition", "action", "permissions", "description");

  private final Ref ref;
  private final Cluster cluster;
  private final List<String> problems = new ArrayList<>();

  private WrittenServiceIntentions(Ref ref, Cluster cluster) {
    this.ref = ref;
    this.cluster = cluster;
  }

  static PolicyObject of(Ref ref, Tree written, Cluster cluster) {
    return new WrittenServiceIntentions(ref, cluster).read(written);
  }

  private PolicyObject read(Tree written) {
    written.onlyKnown(OF_OBJECT, this::problem);
    var spec = written.object("spec");
    spec.onlyKnown(OF_SPEC, this::problem);
    var destination = spec.object("destination");
    destination.onlyKnown(OF_DESTINATION, this::problem);
    requireDefault(destination);
    var called = party(destination);
    var intentions = new ArrayList<Intention>();
    var sources = spec.objects("sources");
    for (int i = 0; i < sources.size(); i++) {
      var source = sources.get(i);
      var writtenIn = new Provenance(cluster.source(), ref.kind(), ref.namespace(), ref.name(), i);
      source.onlyKnown(OF_SOURCE, this::problem);
      requireDefault(source);
      intention(source, party(source), called, writtenIn).ifPresent(intentions::add);
    }
    var key = PolicyObject.key(cluster.source(), ref.kind(), ref.namespace(), ref.name());
    return problems.isEmpty()
        ? PolicyObject.accepted(key, intentions)
        : PolicyObject.rejected(key, problems);
  }

  private Optional<Intention> intention(
      Tree source, Optional<Party> caller, Optional<Party> called, Provenance writtenIn) {
    if (source.objects("permissions").isEmpty()) {
      return action(source)
          .flatMap(action ->
              caller.flatMap(from -> called.map(to -> new Intention(from, to, action, writtenIn))));
    }
    if (source.has("action")) {
      problem(source.at("action"), "goes without permissions; keep one of them");
    }
    if (called.filter(Party.Everyone.class::isInstance).isPresent()) {
      problem(source.at("permissions"), "go with the name of one service, not with *");
    }
    var permissions =
        new WrittenPermissions(WrittenPermissions.Spelling.CONSULS, this::problem).of(source);
    return caller.flatMap(from ->
        called.map(to -> new Intention(from, to, permissions, Otherwise.DEFAULT, writtenIn)));
  }

  private Optional<Action> action(Tree source) {
    return switch (source.text("action")) {
      case "allow" -> Optional.of(Action.ALLOW);
      case "deny" -> Optional.of(Action.DENY);
      default -> {
        problem(source.at("action"), "must be allow or deny");
        yield Optional.empty();
      }
    };
  }

  private Optional<Party> party(Tree named) {
    var name = named.text("name");
    if (name.equals("*")) {
      return Optional.of(new Party.Everyone());
    }
    if (Names.isLabel(name)) {
      return Optional.of(new Party.Named(name));
    }
    problem(
        named.at("name"),
        "\"%s\" must be a service's name in Consul (a DNS label) or *"
            .formatted(Names.printable(name)));
    return Optional.empty();
  }

  /// Consul's community edition knows one namespace and one partition.
  private void requireDefault(Tree named) {
    for (var field : List.of("namespace", "partition")) {
      if (!named.text(field, "default").equals("default")) {
        problem(named.at(field), "must be default or left out");
      }
    }
  }

  private void problem(String field, String what) {
    problems.add(field + ": " + what);
  }
}
