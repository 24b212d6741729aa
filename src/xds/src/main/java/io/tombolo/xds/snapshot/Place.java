package io.tombolo.xds.snapshot;

/// A destination, by its SNI, as seen from a network.
record Place(String sni, String network) {
  /// A network that nothing is known of: whatever is reached from there is reached at gateways.
  static final String ELSEWHERE = "";
}
