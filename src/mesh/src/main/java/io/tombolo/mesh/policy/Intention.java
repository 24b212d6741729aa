package io.tombolo.mesh.policy;

import static java.util.Comparator.comparingInt;

import io.tombolo.mesh.catalog.Key;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;

/// What holds for calls of this source to this destination.
///
/// @param precedence of two intentions the higher is tried first: Consul's 9 to 5, see
///   [#precedenceOf]; what other dialects try before or after all others has 10 or 0
/// @param given what a request must have, such as a token, for the permissions to be looked at
/// @param permissions tried in order, the first that matches decides
/// @param otherwise what becomes of requests that no permission matches
/// @param writtenIn the object it comes from
public record Intention(
    Party source,
    Party destination,
    int precedence,
    Condition given,
    List<Permission> permissions,
    Otherwise otherwise,
    Provenance writtenIn) {
  /// What is decided. Between equals, deny comes first.
  public enum Action {
    DENY,
    ALLOW
  }

  /// What becomes of a request that no permission matches. Of equal precedence, the first of these
  /// is tried first.
  public enum Otherwise {
    DENY,
    /// What the mesh does with calls that no intention is about. Consul's way for intentions with
    /// permissions.
    DEFAULT,
    ALLOW,
    /// The next intention is asked: this one only adds to others.
    NEXT
  }

  /// The order in which intentions are tried; the first that matches decides. Higher precedence
  /// first, then deny before allow, then by name so that the order is the same everywhere.
  public static final Comparator<Intention> FIRST_TRIED =
      comparingInt(Intention::precedence)
          .reversed()
          .thenComparing(Intention::otherwise)
          .thenComparing(i -> i.source().toString())
          .thenComparing(i -> i.destination().toString())
          .thenComparing(Intention::writtenIn);

  public Intention {
    permissions = List.copyOf(permissions);
  }

  /// An intention on connections.
  public Intention(Party source, Party destination, Action action, Provenance writtenIn) {
    this(
        source,
        destination,
        precedenceOf(source, destination),
        Condition.always(),
        List.of(),
        action == Action.ALLOW ? Otherwise.ALLOW : Otherwise.DENY,
        writtenIn);
  }

  /// An intention on requests.
  public Intention(
      Party source,
      Party destination,
      List<Permission> permissions,
      Otherwise otherwise,
      Provenance writtenIn) {
    this(
        source,
        destination,
        precedenceOf(source, destination),
        Condition.always(),
        permissions,
        otherwise,
        writtenIn);
  }

  /// Denies there whoever no other intention lets in. For dialects in which a policy closes what it
  /// is about, also in a mesh that lets in everyone by default.
  public static Intention closing(Party destination, Provenance writtenIn) {
    return new Intention(
        new Party.Anyone(),
        destination,
        0,
        Condition.always(),
        List.of(),
        Otherwise.DENY,
        writtenIn);
  }

  /// The same, where requests must have this too.
  public Intention given(Condition condition) {
    return new Intention(
        source,
        destination,
        precedence,
        Condition.allOf(given, condition),
        permissions,
        otherwise,
        writtenIn);
  }

  /// Consul's precedence, 9 (both exact) to 5 (both open): what the destination leaves open weighs
  /// more than what the source leaves open.
  public static int precedenceOf(Party source, Party destination) {
    int destinationWeight = destination.wildcards() == 0 ? 9 : 6;
    return destinationWeight - source.wildcards();
  }

  /// Does it look at more than connections?
  public boolean ofRequests() {
    return given.ofRequests()
        || permissions.stream().anyMatch(permission -> permission.condition().ofRequests());
  }

  /// Is it about all connections of one source, whatever the destination?
  boolean ofOneSourceToEveryone() {
    return destination instanceof Party.Everyone
        && source.wildcards() == 0
        && permissions.isEmpty();
  }

  /// The providers whose tokens it asks for.
  Stream<Key> providers() {
    return Stream.concat(Stream.of(given), permissions.stream().map(Permission::condition))
        .flatMap(Condition::parts)
        .filter(Condition.Token.class::isInstance)
        .map(token ->
            JwtProviderObject.key(writtenIn.source(), ((Condition.Token) token).provider()))
        .distinct();
  }

  /// What it does, in a word.
  public String effect() {
    return permissions.isEmpty() ? otherwise.name().toLowerCase(Locale.ROOT) : "permissions";
  }

  @Override
  public String toString() {
    return "%s -> %s %s (precedence %d, %s)"
        .formatted(source, destination, effect(), precedence, writtenIn);
  }
}
