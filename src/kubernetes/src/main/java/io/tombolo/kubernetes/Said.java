package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMeta;
import io.tombolo.mesh.catalog.Enforcement;
import java.util.Objects;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What a Service says about itself, or a Namespace about its services; what it leaves open is
/// empty.
///
/// @param exported may other networks reach it?
/// @param enforcement what intentions about it do
record Said(Optional<Boolean> exported, Optional<Enforcement> enforcement) {
  static final String EXPORT = "mesh.tombolo.io/export";
  static final String ENFORCEMENT = "mesh.tombolo.io/enforcement";
  static final Said NOTHING = new Said(Optional.empty(), Optional.empty());

  /// Whoever names a step that there is none of is held to the strictest.
  static Said of(@Nullable ObjectMeta metadata) {
    return metadata == null
        ? NOTHING
        : new Said(
            exported(metadata),
            named(metadata).map(name -> Enforcement.named(name).orElse(Enforcement.ENFORCE)));
  }

  /// What it names and there is no step of.
  static Optional<String> unknown(@Nullable ObjectMeta metadata) {
    return Optional.ofNullable(metadata)
        .flatMap(Said::named)
        .filter(name -> Enforcement.named(name).isEmpty());
  }

  private static Optional<String> named(ObjectMeta metadata) {
    return Optional.ofNullable(Given.of(metadata.getAnnotations()).get(ENFORCEMENT));
  }

  /// By its annotation or label, if it has one.
  private static Optional<Boolean> exported(ObjectMeta metadata) {
    return Stream.of(metadata.getAnnotations(), metadata.getLabels())
        .map(values -> Given.of(values).get(EXPORT))
        .filter(Objects::nonNull)
        .map(value -> !value.equals("false"))
        .min(Boolean::compare);
  }

  /// What is left open, as the other says.
  Said or(Said other) {
    return new Said(exported.or(other::exported), enforcement.or(other::enforcement));
  }
}
