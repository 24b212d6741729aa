package io.tombolo.mesh.catalog;

/// One place that facts come from: a Kubernetes cluster or a Consul datacenter, read through its
/// API or from a directory.
///
/// @param name the cluster's or datacenter's name, a DNS label
public record SourceId(World world, String name) implements Comparable<SourceId> {
  public SourceId {
    Names.requireLabel("the name of a source", name);
  }

  public static SourceId kubernetes(String cluster) {
    return new SourceId(World.KUBERNETES, cluster);
  }

  public static SourceId consul(String datacenter) {
    return new SourceId(World.CONSUL, datacenter);
  }

  @Override
  public int compareTo(SourceId other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return world.label() + "/" + name;
  }
}
