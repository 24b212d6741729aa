package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Principal;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.BiConsumer;

/// Reads who calls in a rule of an `AuthorizationPolicy` of Istio.
///
/// @param own the trust domain of the mesh, which Istio's `cluster.local` stands for too
/// @param namespace that of the policy
/// @param problems told the field and what is wrong with it, and the way out
record IstioSources(
    TrustDomain own, String namespace, Action action, BiConsumer<String, String> problems) {
  private static final List<String> POSITIVE =
      List.of("principals", "serviceAccounts", "namespaces");
  private static final List<String> NEGATIVE =
      List.of("notPrincipals", "notServiceAccounts", "notNamespaces");
  private static final Set<String> UNSUPPORTED =
      Set.of(
          "requestPrincipals",
          "notRequestPrincipals",
          "ipBlocks",
          "notIpBlocks",
          "remoteIpBlocks",
          "notRemoteIpBlocks");

  /// Someone who calls, and what else is said of them.
  record Caller(Party party, Condition condition) {}

  /// Whoever may be meant where nobody is named: for what is allowed, the mesh; for what is denied,
  /// anyone.
  Caller anyone() {
    return new Caller(
        action == Action.ALLOW ? new Party.Everyone() : new Party.Anyone(), Condition.always());
  }

  /// One of these must call.
  List<Caller> of(Tree source) {
    source.fields().keySet().forEach(field -> known(source, field));
    var positive = POSITIVE.stream().filter(source::has).toList();
    var rest = new ArrayList<Condition>();
    positive.stream()
        .skip(1)
        .forEach(field -> rest.add(Condition.anyOf(conditions(source, field, field))));
    for (int i = 0; i < NEGATIVE.size(); i++) {
      if (source.has(NEGATIVE.get(i))) {
        rest.add(
            Condition.not(Condition.anyOf(conditions(source, NEGATIVE.get(i), POSITIVE.get(i)))));
      }
    }
    var also = Condition.allOf(rest);
    if (positive.isEmpty()) {
      return List.of(new Caller(anyone().party(), also));
    }
    var field = positive.getFirst();
    return source.texts(field).stream()
        .flatMap(value -> caller(source.at(field), field, value).stream())
        .map(caller -> new Caller(caller.party(), Condition.allOf(caller.condition(), also)))
        .toList();
  }

  private void known(Tree source, String field) {
    if (UNSUPPORTED.contains(field)) {
      problems.accept(
          source.at(field),
          "not supported, for callers are known by their certificates; name principals, namespaces"
              + " or serviceAccounts");
    } else if (!POSITIVE.contains(field) && !NEGATIVE.contains(field)) {
      problems.accept(source.at(Names.printable(field)), "not supported; remove it");
    } else if (source.texts(field).isEmpty()) {
      problems.accept(source.at(field), "is empty; leave it out or name at least one");
    }
  }

  private List<Condition> conditions(Tree source, String field, String as) {
    return source.texts(field).stream()
        .flatMap(value -> condition(source.at(field), as, value).stream())
        .toList();
  }

  /// @param as the positive field that it is like
  Optional<Condition> condition(String field, String as, String value) {
    return caller(field, as, value)
        .map(caller ->
            switch (caller.party()) {
              case Party.Identified(var id) -> new Condition.Caller(new Principal.Exactly(id));
              case Party.Account(var in, var account) ->
                  new Condition.Caller(
                      new Principal.Exactly(SpiffeId.serviceAccount(own, in, account)));
              case Party.InNamespace(var in) -> new Condition.Caller(under("/ns/" + in + "/sa/"));
              case Party.Everyone _, Party.Anyone _, Party.Named _, Party.InWorld _ ->
                  caller.condition();
            });
  }

  private Optional<Caller> caller(String field, String as, String value) {
    try {
      if (value.equals("*")) {
        return Optional.of(anyone());
      }
      return Optional.of(
          switch (as) {
            case "principals" -> principal(value);
            case "serviceAccounts" -> new Caller(account(value), Condition.always());
            default -> new Caller(new Party.InNamespace(value), Condition.always());
          });
    } catch (IllegalArgumentException bad) {
      problems.accept(field, String.valueOf(bad.getMessage()));
      return Optional.empty();
    }
  }

  private Party account(String value) {
    int slash = value.indexOf('/');
    return slash < 0
        ? new Party.Account(namespace, value)
        : new Party.Account(value.substring(0, slash), value.substring(slash + 1));
  }

  /// Without `spiffe://`; `*` stands at the end after a `/`, or for the trust domain.
  private Caller principal(String value) {
    int slash = value.indexOf('/');
    var domain = slash < 0 ? value : value.substring(0, slash);
    var path = slash < 0 ? "" : value.substring(slash);
    var of = domain.equals("*") || domain.equals("cluster.local") ? own : new TrustDomain(domain);
    if (path.endsWith("/*")) {
      if (action == Action.ALLOW && !of.equals(own)) {
        throw new IllegalArgumentException(
            "%s is another trust domain, of which identities are allowed one by one; name them"
                .formatted(of));
      }
      var whole = SpiffeId.parse("spiffe://" + of + path.substring(0, path.length() - 2));
      return new Caller(anyone().party(), new Condition.Caller(new Principal.Under(whole + "/")));
    }
    if (path.isEmpty() || value.substring(1).contains("*")) {
      throw new IllegalArgumentException(
          "\"%s\" must be <trust domain>/ns/<namespace>/sa/<account>, or end with /*"
              .formatted(Names.printable(value)));
    }
    return new Caller(new Party.Identified(new SpiffeId(of, path)), Condition.always());
  }

  private Principal under(String path) {
    return new Principal.Under("spiffe://" + own + path);
  }
}
