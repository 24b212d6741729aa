package io.tombolo.testbed;

/// One of the two networks of a [Topology]. No route leads from one to the other.
public enum Network {
  PODS("pods", "10.10.0."),
  VMS("vms", "10.20.0.");

  private final String label;
  private final String prefix;

  Network(String label, String prefix) {
    this.label = label;
    this.prefix = prefix;
  }

  /// Its name in Tombolo's settings.
  public String label() {
    return label;
  }

  public String cidr() {
    return prefix + "0/24";
  }

  String address(int number) {
    return prefix + number;
  }
}
