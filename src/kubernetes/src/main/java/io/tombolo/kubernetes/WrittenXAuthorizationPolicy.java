package io.tombolo.kubernetes;

import io.tombolo.mesh.identity.SpiffeId;
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
import java.util.function.Supplier;

/// Reads an `XAuthorizationPolicy` of the Gateway API, as GEP-3779 describes it: connections to
/// pods, by the identity of who calls. It only adds to what others allow, and where it is about
/// nobody gets in whom nothing allows.
final class WrittenXAuthorizationPolicy {
  private final Ref ref;
  private final Cluster cluster;
  private final Pods pods;
  private final List<String> wrong = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  private WrittenXAuthorizationPolicy(Ref ref, Foreign.Lookup lookup, Cluster cluster) {
    this.ref = ref;
    this.cluster = cluster;
    this.pods = new Pods(ref.namespace(), lookup, (field, what) -> add(missing, field, what));
  }

  static PolicyObject of(Ref ref, Tree written, Foreign.Lookup lookup, Cluster cluster) {
    return new WrittenXAuthorizationPolicy(ref, lookup, cluster).read(written.object("spec"));
  }

  private PolicyObject read(Tree spec) {
    var key = PolicyObject.key(cluster.source(), ref.kind(), ref.namespace(), ref.name());
    spec.onlyKnown(Set.of("targetRefs", "action", "rules"), this::wrong);
    if (!spec.text("action").equals("ALLOW")) {
      wrong(spec.at("action"), "must be ALLOW");
    }
    var rules = spec.objects("rules");
    var callers = rules.stream().map(this::callers).toList();
    var intentions = new ArrayList<Intention>();
    for (var called : called(spec)) {
      for (int i = 0; i < rules.size(); i++) {
        var ports = ports(rules.get(i).object("networkAttributes"), called);
        for (var caller : callers.get(i)) {
          var allowed = List.of(new Permission(Action.ALLOW, ports));
          intentions.add(new Intention(caller, called.party(), allowed, Otherwise.NEXT, entry(i)));
        }
      }
      intentions.add(Intention.closing(called.party(), entry(rules.size())));
    }
    if (!wrong.isEmpty()) {
      return PolicyObject.rejected(key, wrong.stream().distinct().toList());
    }
    return missing.isEmpty()
        ? PolicyObject.accepted(key, intentions)
        : PolicyObject.partial(key, intentions, missing);
  }

  private Provenance entry(int i) {
    return new Provenance(cluster.source(), ref.kind(), ref.namespace(), ref.name(), i);
  }

  private List<Called> called(Tree spec) {
    var targets = spec.objects("targetRefs");
    if (targets.size() != 1) {
      wrong(spec.at("targetRefs"), "must be one: pods by a selector");
      return List.of();
    }
    var target = targets.getFirst();
    target.onlyKnown(Set.of("group", "kind", "selector"), this::wrong);
    if (!target.text("kind").equals("Pod") || !Set.of("", "core").contains(target.text("group"))) {
      wrong(target.at("kind"), "must be Pod");
    }
    if (!target.has("selector")) {
      wrong(target.at("selector"), "missing; {} stands for all pods of the namespace");
    }
    var selector = target.object("selector");
    selector.onlyKnown(Set.of("matchLabels"), this::wrong);
    var labels = selector.object("matchLabels").texts();
    return labels.isEmpty() ? pods.all() : pods.with(labels, Action.ALLOW, target.at("selector"));
  }

  /// Everyone of the mesh if it names no sources, nobody if the list is empty.
  private List<Party> callers(Tree rule) {
    rule.onlyKnown(Set.of("sources", "networkAttributes"), this::wrong);
    rule.object("networkAttributes").onlyKnown(Set.of("ports"), this::wrong);
    return rule.has("sources")
        ? rule.objects("sources").stream().flatMap(source -> caller(source).stream()).toList()
        : List.of(new Party.Everyone());
  }

  private Optional<Party> caller(Tree source) {
    return switch (source.text("type")) {
      case "ServiceAccount" -> {
        source.onlyKnown(Set.of("type", "serviceAccount"), this::wrong);
        yield account(source.object("serviceAccount"));
      }
      case "SPIFFE" -> {
        source.onlyKnown(Set.of("type", "spiffe"), this::wrong);
        yield party(
            source.at("spiffe"), () -> new Party.Identified(SpiffeId.parse(source.text("spiffe"))));
      }
      default -> {
        wrong(source.at("type"), "must be ServiceAccount or SPIFFE");
        yield Optional.empty();
      }
    };
  }

  private Optional<Party> account(Tree account) {
    account.onlyKnown(Set.of("namespace", "name"), this::wrong);
    var namespace = account.text("namespace", ref.namespace());
    var name = account.text("name");
    return party(
        account.at("name"),
        () ->
            name.equals("*")
                ? new Party.InNamespace(namespace)
                : new Party.Account(namespace, name));
  }

  private Optional<Party> party(String field, Supplier<Party> party) {
    try {
      return Optional.of(party.get());
    } catch (IllegalArgumentException bad) {
      wrong(field, String.valueOf(bad.getMessage()));
      return Optional.empty();
    }
  }

  /// Any port if none is written. Where it is not known to which port of a pod one of the service
  /// leads, it is not allowed.
  private static Condition ports(Tree attributes, Called called) {
    var ports = attributes.ports("ports");
    return ports.isEmpty()
        ? Condition.always()
        : Condition.anyOf(ports.stream().map(port -> called.at(port, false)).toList());
  }

  private void wrong(String field, String what) {
    add(wrong, field, what);
  }

  private static void add(List<String> problems, String field, String what) {
    problems.add(field + ": " + what);
  }
}
