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
import java.util.Set;

/// Reads an `AuthorizationPolicy` of Istio. What it denies is denied before anything else is asked.
/// What it allows adds to what others allow, and where it is about nobody gets in whom nothing
/// allows.
final class WrittenAuthorizationPolicy {
  private static final int BEFORE_ALL = 10;
  private static final String ROOT_NAMESPACE = "istio-system";
  private static final Set<String> OF_SPEC =
      Set.of("selector", "targetRef", "targetRefs", "action", "rules");

  private final Ref ref;
  private final Cluster cluster;
  private final Foreign.Lookup lookup;
  private final Pods pods;
  private final List<String> wrong = new ArrayList<>();
  private final List<String> missing = new ArrayList<>();

  private WrittenAuthorizationPolicy(Ref ref, Foreign.Lookup lookup, Cluster cluster) {
    this.ref = ref;
    this.lookup = lookup;
    this.pods = new Pods(ref.namespace(), lookup, this::missing);
    this.cluster = cluster;
  }

  /// @param dryRun is it to be tried only?
  static PolicyObject of(
      Ref ref, Tree written, boolean dryRun, Foreign.Lookup lookup, Cluster cluster) {
    return new WrittenAuthorizationPolicy(ref, lookup, cluster).read(written, dryRun);
  }

  private PolicyObject read(Tree written, boolean dryRun) {
    var key = PolicyObject.key(cluster.source(), ref.kind(), ref.namespace(), ref.name());
    if (dryRun) {
      var problem =
          "metadata.annotations: istio.io/dry-run is set, so it is not in force; remove it";
      return PolicyObject.partial(key, List.of(), List.of(problem));
    }
    var intentions = intentions(written.object("spec"));
    if (!wrong.isEmpty()) {
      return PolicyObject.rejected(key, wrong.stream().distinct().toList());
    }
    return missing.isEmpty()
        ? PolicyObject.accepted(key, intentions)
        : PolicyObject.partial(key, intentions, missing);
  }

  private List<Intention> intentions(Tree spec) {
    spec.onlyKnown(OF_SPEC, this::wrong);
    var action = action(spec);
    var rules = spec.objects("rules");
    var intentions = new ArrayList<Intention>();
    for (var called : called(spec, action)) {
      for (int i = 0; i < rules.size(); i++) {
        intentions.addAll(rule(rules.get(i), action, called, entry(i)));
      }
      if (action == Action.ALLOW) {
        intentions.add(Intention.closing(called.party(), entry(rules.size())));
      }
    }
    return intentions;
  }

  private Provenance entry(int i) {
    return new Provenance(cluster.source(), ref.kind(), ref.namespace(), ref.name(), i);
  }

  private Action action(Tree spec) {
    return switch (spec.text("action", "ALLOW")) {
      case "ALLOW" -> Action.ALLOW;
      case "DENY" -> Action.DENY;
      default -> {
        wrong(
            spec.at("action"),
            "must be ALLOW or DENY; AUDIT and CUSTOM are not supported, write what is to be allowed"
                + " or denied");
        yield Action.DENY;
      }
    };
  }

  private List<Called> called(Tree spec, Action action) {
    var refs = new ArrayList<>(spec.objects("targetRefs"));
    if (spec.has("targetRef")) {
      refs.add(spec.object("targetRef"));
    }
    if (!refs.isEmpty()) {
      if (spec.has("selector")) {
        wrong(spec.at("selector"), "goes without targetRefs; keep one of them");
      }
      return refs.stream().flatMap(target -> target(target).stream()).toList();
    }
    var selector = spec.object("selector");
    selector.onlyKnown(Set.of("matchLabels"), this::wrong);
    var labels = selector.object("matchLabels").texts();
    return labels.isEmpty() ? wholeNamespace() : pods.with(labels, action, spec.at("selector"));
  }

  private List<Called> target(Tree target) {
    target.onlyKnown(Set.of("group", "kind", "name", "namespace"), this::wrong);
    boolean service =
        target.text("kind").equals("Service") && Set.of("", "core").contains(target.text("group"));
    if (!service) {
      wrong(target.at("kind"), "must be a Service; only calls within the mesh are judged");
    }
    if (!target.text("namespace", ref.namespace()).equals(ref.namespace())) {
      wrong(target.at("namespace"), "must be the policy's own; write it in that of the service");
    }
    var name = target.text("name");
    if (!Names.isLabel(name)) {
      wrong(target.at("name"), "must be the name of a Service");
      return List.of();
    }
    if (!lookup.services(ref.namespace()).containsKey(name)) {
      missing(target.at("name"), "there is no Service " + name);
    }
    return List.of(new Called(pods.party(name), null));
  }

  private List<Called> wholeNamespace() {
    if (ref.namespace().equals(ROOT_NAMESPACE)) {
      wrong(
          "spec",
          "one for the whole mesh, in the root namespace, is not supported; write one in each"
              + " namespace");
    }
    return pods.all();
  }

  private List<Intention> rule(Tree rule, Action action, Called called, Provenance writtenIn) {
    rule.onlyKnown(Set.of("from", "to", "when"), this::wrong);
    for (var field : rule.fields().keySet()) {
      if (rule.objects(field).isEmpty()) {
        wrong(rule.at(Names.printable(field)), "is empty; leave it out");
      }
    }
    var sources = new IstioSources(cluster.trustDomain(), ref.namespace(), action, this::wrong);
    var requests = new IstioRequests(called, action == Action.DENY, sources, this::wrong);
    var conditions = new ArrayList<Condition>();
    if (rule.has("to")) {
      conditions.add(
          Condition.anyOf(
              rule.objects("to").stream()
                  .map(to -> requests.operation(only(to, "operation")))
                  .toList()));
    }
    rule.objects("when").forEach(when -> conditions.add(requests.when(when)));
    var condition = Condition.allOf(conditions);
    return callers(rule, sources).stream()
        .map(caller ->
            intention(
                caller.party(),
                called.party(),
                new Permission(action, Condition.allOf(caller.condition(), condition)),
                writtenIn))
        .toList();
  }

  private List<IstioSources.Caller> callers(Tree rule, IstioSources sources) {
    if (!rule.has("from")) {
      return List.of(sources.anyone());
    }
    return rule.objects("from").stream()
        .flatMap(from -> sources.of(only(from, "source")).stream())
        .toList();
  }

  private Tree only(Tree tree, String field) {
    tree.onlyKnown(Set.of(field), this::wrong);
    var only = tree.object(field);
    if (only.fields().isEmpty()) {
      wrong(tree.at(field), "says nothing; leave it out");
    }
    return only;
  }

  private static Intention intention(
      Party caller, Party called, Permission permission, Provenance writtenIn) {
    int precedence =
        permission.action() == Action.DENY ? BEFORE_ALL : Intention.precedenceOf(caller, called);
    return new Intention(
        caller,
        called,
        precedence,
        Condition.always(),
        List.of(permission),
        Otherwise.NEXT,
        writtenIn);
  }

  private void wrong(String field, String what) {
    wrong.add(field + ": " + what);
  }

  private void missing(String field, String what) {
    missing.add(field + ": " + what);
  }
}
