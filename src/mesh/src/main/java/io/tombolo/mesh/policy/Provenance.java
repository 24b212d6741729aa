package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;

/// Where a rule was written: the object, and which entry of it.
///
/// @param kind of the object: `service-intentions`, `Intention`, `TrafficTarget` and the like
/// @param namespace the object's namespace, or empty
/// @param entry the position in the list of sources, or of rules, of the object, from 0
public record Provenance(SourceId source, String kind, String namespace, String name, int entry)
    implements Comparable<Provenance> {
  /// The object, as a catalog knows it.
  public Key object() {
    return PolicyObject.key(source, kind, namespace, name);
  }

  @Override
  public int compareTo(Provenance other) {
    return toString().compareTo(other.toString());
  }

  /// `<world>/<source>/<kind>/[<namespace>/]<name>#<entry>`; the ID of the rule at proxies.
  @Override
  public String toString() {
    return source
        + "/"
        + kind
        + "/"
        + (namespace.isEmpty() ? "" : namespace + "/")
        + name
        + "#"
        + entry;
  }
}
