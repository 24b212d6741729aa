package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Which config entries of Consul this mesh wrote itself: its mark in their `Meta`.
record Ownership(TrustDomain mesh) {
  private static final String BY = "managed-by";
  private static final String US = "tombolo";
  private static final String MESH = "tombolo-mesh";
  private static final String FROM = "tombolo-from";

  private static final String BETWEEN = ", ";
  private static final String MORE = " ...";

  /// What Consul takes for a value.
  private static final int LONGEST = 512;

  /// Is it ours, and of no other mesh?
  boolean owns(JsonNode entry) {
    var meta = entry.path("Meta");
    return meta.path(BY).asText().equals(US) && meta.path(MESH).asText().equals(mesh.name());
  }

  private static String label(Key object) {
    return "%s/%s %s/%s"
        .formatted(object.source(), object.part(), object.namespace(), object.name());
  }

  /// May an entry of ours come from one of these objects?
  boolean mayComeFrom(JsonNode entry, Set<Key> objects) {
    var from = entry.path("Meta").path(FROM).asText();
    var named = List.of(from.split(BETWEEN, -1));
    return !objects.isEmpty()
        && (from.endsWith(MORE)
            || objects.stream().map(Ownership::label).anyMatch(named::contains));
  }

  /// The mark of an entry, with the objects that it comes from.
  Map<String, String> mark(List<Intention> from) {
    var objects =
        from.stream()
            .map(intention -> intention.writtenIn().object())
            .map(Ownership::label)
            .distinct()
            .sorted()
            .collect(Collectors.joining(BETWEEN));
    return new TreeMap<>(
        Map.of(
            BY,
            US,
            MESH,
            mesh.name(),
            FROM,
            objects.length() > LONGEST
                ? objects.substring(0, LONGEST - MORE.length()) + MORE
                : objects));
  }
}
