package io.tombolo.server.ports;

/// What one client may take of the xDS ports. Whoever wants more is told so, or waits; nobody else
/// is affected.
///
/// @param streamsPerIdentity ADS streams of one identity at a time
/// @param streamsPerNode ADS streams of one proxy at a time; of more, the oldest is ended, so that
///   a proxy that lost its connection never waits for the old one to be given up
/// @param names resource names that one stream may ask for
/// @param requestBytes the size of a request
/// @param requestsPerSecond of one stream; more are read later. As many may come at once after a
///   quiet second
public record Limits(
    int streamsPerIdentity,
    int streamsPerNode,
    int names,
    int requestBytes,
    int requestsPerSecond) {
  public Limits {
    atLeastOne("max-streams-per-identity", streamsPerIdentity);
    atLeastOne("max-streams-per-node", streamsPerNode);
    atLeastOne("max-names", names);
    atLeastOne("max-request-bytes", requestBytes);
    atLeastOne("max-requests-per-second", requestsPerSecond);
  }

  private static void atLeastOne(String name, int value) {
    if (value < 1) {
      throw new IllegalArgumentException(
          "tombolo.xds.%s: must be at least 1, not %d".formatted(name, value));
    }
  }
}
