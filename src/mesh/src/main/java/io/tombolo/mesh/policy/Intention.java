package io.tombolo.mesh.policy;

import static java.util.Comparator.comparingInt;

import java.util.Comparator;
import java.util.Locale;

/// One rule: may this source call this destination?
///
/// @param writtenIn the object it comes from
public record Intention(Party source, Party destination, Action action, Provenance writtenIn) {
  /// What is decided. Between equals, deny comes first.
  public enum Action {
    DENY,
    ALLOW
  }

  /// The order in which intentions are tried; the first that matches decides. Higher precedence
  /// first, then deny before allow, then by name so that the order is the same everywhere.
  public static final Comparator<Intention> FIRST_TRIED =
      comparingInt(Intention::precedence)
          .reversed()
          .thenComparing(Intention::action)
          .thenComparing(i -> i.source().toString())
          .thenComparing(i -> i.destination().toString())
          .thenComparing(Intention::writtenIn);

  /// Consul's precedence, 9 (both exact) to 5 (both open): what the destination leaves open weighs
  /// more than what the source leaves open.
  public int precedence() {
    int destinationWeight = destination.wildcards() == 0 ? 9 : 6;
    return destinationWeight - source.wildcards();
  }

  @Override
  public String toString() {
    return "%s -> %s %s (precedence %d, %s)"
        .formatted(
            source, destination, action.name().toLowerCase(Locale.ROOT), precedence(), writtenIn);
  }
}
