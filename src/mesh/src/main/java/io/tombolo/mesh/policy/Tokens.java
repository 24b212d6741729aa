package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;
import java.util.Collection;
import java.util.Comparator;
import java.util.List;
import java.util.stream.Stream;

/// Conditions on tokens, said of the claims that proxies have verified.
///
/// @param strict does a rule that denies by a token deny whoever shows none? Else a caller escapes
///   it by leaving its token out, and everyone does while the keys cannot be fetched.
record Tokens(Catalog catalog, boolean strict) {
  private static final List<String> ISSUER = List.of("iss");

  /// The same without [Condition.Token].
  ///
  /// @param source where it is written
  /// @param inDoubt the answer where the provider is not known, and so no token can be verified
  Condition said(Condition condition, SourceId source, boolean inDoubt) {
    return condition.replaced(
        inDoubt,
        (test, inDoubtHere) ->
            test instanceof Condition.Token token ? said(token, source, inDoubtHere) : test);
  }

  private Condition said(Condition.Token token, SourceId source, boolean inDoubt) {
    return inForce(JwtProviderObject.key(source, token.provider()))
        .findFirst()
        .map(provider -> verified(token, provider, inDoubt))
        .orElse(inDoubt ? Condition.always() : Condition.never());
  }

  private Condition verified(Condition.Token token, JwtProvider provider, boolean inDoubt) {
    var issued = new Condition.Claim(provider.id(), ISSUER, Text.exact(provider.issuer()));
    var asked =
        token.claims().stream()
            .<Condition>map(
                claim -> new Condition.Claim(provider.id(), claim.path(), claim.test()));
    var shown = Condition.allOf(Stream.concat(Stream.of(issued), asked).toList());
    return strict && inDoubt ? Condition.anyOf(shown, Condition.not(issued)) : shown;
  }

  /// Those that these ask for, as far as they are known.
  List<JwtProvider> providers(Collection<Intention> intentions) {
    return intentions.stream()
        .flatMap(Intention::providers)
        .distinct()
        .flatMap(this::inForce)
        .sorted(Comparator.comparing(JwtProvider::id))
        .toList();
  }

  /// The providers that it asks for and that are not in force.
  List<Key> unknown(Intention intention) {
    return intention.providers().filter(key -> inForce(key).findAny().isEmpty()).toList();
  }

  private Stream<JwtProvider> inForce(Key key) {
    return catalog.others().get(key) instanceof JwtProviderObject object
        ? Stream.ofNullable(object.inForce())
        : Stream.empty();
  }
}
