package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;

/// Which config entries of Consul this mesh wrote itself: its mark in their `Meta`.
record Ownership(TrustDomain mesh) {
  private static final String BY = "managed-by";
  private static final String US = "tombolo";
  private static final String MESH = "tombolo-mesh";
  private static final String FROM = "tombolo-from";

  /// What Consul takes for a value.
  private static final int LONGEST = 512;

  /// Is it ours, and of no other mesh?
  boolean owns(JsonNode entry) {
    var meta = entry.path("Meta");
    return meta.path(BY).asText().equals(US) && meta.path(MESH).asText().equals(mesh.name());
  }

  /// The mark of an entry, with the objects that it comes from.
  Map<String, String> mark(List<Intention> from) {
    var objects =
        from.stream()
            .map(Intention::writtenIn)
            .map(at -> "%s/%s %s/%s".formatted(at.source(), at.kind(), at.namespace(), at.name()))
            .distinct()
            .sorted()
            .collect(Collectors.joining(", "));
    return new TreeMap<>(
        Map.of(
            BY,
            US,
            MESH,
            mesh.name(),
            FROM,
            objects.length() > LONGEST ? objects.substring(0, LONGEST - 4) + " ..." : objects));
  }
}
