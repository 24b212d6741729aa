package io.tombolo.mesh.catalog;

/// A service as registered in one source.
///
/// @param namespace the Kubernetes namespace, or Consul's (always `default` in its community
///   edition)
public record ServiceId(SourceId source, String namespace, String name)
    implements Comparable<ServiceId> {
  public ServiceId {
    Names.requireLabel("a namespace", namespace);
    Names.requireLabel("the name of a service", name);
  }

  @Override
  public int compareTo(ServiceId other) {
    return toString().compareTo(other.toString());
  }

  /// `<world>/<source>/<namespace>/<name>`.
  @Override
  public String toString() {
    return source + "/" + namespace + "/" + name;
  }
}
