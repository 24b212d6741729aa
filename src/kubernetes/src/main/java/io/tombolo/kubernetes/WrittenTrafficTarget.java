package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;

/// Reads a `TrafficTarget` of SMI with what it refers to. It only adds to what others allow, and
/// where it is about nobody gets in whom nothing allows.
///
/// What is written wrongly rejects it. What it refers to and is not there allows nothing, and is a
/// problem that leaves the rest in force.
final class WrittenTrafficTarget {
  private static final Set<String> OF_SPEC = Set.of("destination", "sources", "rules");
  private static final Set<String> OF_OBJECT_BEFORE_SPEC =
      Set.of("destination", "sources", "specs", "status");
  private static final Set<String> OF_SUBJECT = Set.of("kind", "group", "name", "namespace");
  private static final Set<String> OF_DESTINATION =
      Set.of("kind", "group", "name", "namespace", "port");

  private final Ref ref;
  private final Cluster cluster;
  private final Foreign.Lookup lookup;
  private final List<String> wrong = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  private WrittenTrafficTarget(Ref ref, Foreign.Lookup lookup, Cluster cluster) {
    this.ref = ref;
    this.lookup = lookup;
    this.cluster = cluster;
  }

  static PolicyObject of(Ref ref, Tree written, Foreign.Lookup lookup, Cluster cluster) {
    return new WrittenTrafficTarget(ref, lookup, cluster).read(written);
  }

  private PolicyObject read(Tree written) {
    boolean spec = written.has("spec");
    written.onlyKnown(spec ? Set.of("spec", "status") : OF_OBJECT_BEFORE_SPEC, this::wrong);
    var body = spec ? written.object("spec") : written;
    if (spec) {
      body.onlyKnown(OF_SPEC, this::wrong);
    }
    var intentions = intentions(body, spec ? "rules" : "specs");
    var key = PolicyObject.key(cluster.source(), ref.kind(), ref.namespace(), ref.name());
    if (!wrong.isEmpty()) {
      return PolicyObject.rejected(key, wrong);
    }
    return missing.isEmpty()
        ? PolicyObject.accepted(key, intentions)
        : PolicyObject.partial(key, intentions, missing);
  }

  private List<Intention> intentions(Tree body, String rules) {
    var destination = body.object("destination");
    destination.onlyKnown(OF_DESTINATION, this::wrong);
    var called = parties(destination, true);
    var port =
        destination.has("port") ? new Condition.Port(destination.port("port")) : Condition.always();
    required(body, rules);
    required(body, "sources");
    var routes = new SmiRoutes(ref.namespace(), lookup, this::wrong, this::missing);
    var permissions =
        routes.allowed(body.objects(rules)).stream()
            .map(condition -> new Permission(Action.ALLOW, Condition.allOf(port, condition)))
            .toList();
    var intentions = new ArrayList<Intention>();
    var sources = body.objects("sources");
    for (int i = 0; i < sources.size(); i++) {
      sources.get(i).onlyKnown(OF_SUBJECT, this::wrong);
      for (var caller : parties(sources.get(i), false)) {
        for (var to : called) {
          intentions.add(new Intention(caller, to, permissions, Otherwise.NEXT, entry(i)));
        }
      }
    }
    called.forEach(to -> intentions.add(Intention.closing(to, entry(sources.size()))));
    return intentions;
  }

  private Provenance entry(int i) {
    return new Provenance(cluster.source(), ref.kind(), ref.namespace(), ref.name(), i);
  }

  private void required(Tree body, String field) {
    if (body.objects(field).isEmpty()) {
      wrong(body.at(field), "none; name at least one");
    }
  }

  private List<Party> parties(Tree subject, boolean called) {
    var name = subject.text("name");
    var namespace = subject.text("namespace", ref.namespace());
    if (called && !namespace.equals(ref.namespace())) {
      wrong(
          subject.at("namespace"),
          "must be the object's own; write it in the namespace of the destination");
      return List.of();
    }
    return switch (subject.text("kind")) {
      case "ServiceAccount" -> account(subject, namespace, name);
      case "IdentityBinding" -> bound(subject, namespace, name);
      default -> {
        wrong(subject.at("kind"), "must be ServiceAccount or IdentityBinding");
        yield List.of();
      }
    };
  }

  private List<Party> account(Tree subject, String namespace, String name) {
    try {
      return List.of(new Party.Account(namespace, name));
    } catch (IllegalArgumentException bad) {
      wrong(subject.at("name"), String.valueOf(bad.getMessage()));
      return List.of();
    }
  }

  private List<Party> bound(Tree subject, String namespace, String name) {
    Optional<Tree> binding = lookup.find(Dialect.IDENTITY_BINDING, namespace, name);
    if (binding.isEmpty()) {
      missing(
          subject.at("name"),
          "IdentityBinding %s/%s is not there, and allows nothing until it is"
              .formatted(Names.printable(namespace), Names.printable(name)));
      return List.of();
    }
    return SmiIdentities.of(
        cluster.trustDomain(),
        namespace,
        binding.get(),
        (field, what) ->
            wrong(
                subject.at("name"),
                "IdentityBinding %s/%s: %s: %s"
                    .formatted(Names.printable(namespace), Names.printable(name), field, what)));
  }

  private void wrong(String field, String what) {
    wrong.add(field + ": " + what);
  }

  private void missing(String field, String what) {
    missing.add(field + ": " + what);
  }
}
