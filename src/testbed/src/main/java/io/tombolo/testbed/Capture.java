package io.tombolo.testbed;

import java.util.List;

/// What the legs of a host carry in TCP since the capture began.
public final class Capture implements AutoCloseable {
  private final Sniffer sniffer;
  private final List<String> ports;

  Capture(Sniffer sniffer, List<String> ports) {
    this.sniffer = sniffer;
    this.ports = ports;
  }

  /// One direction of a TCP connection.
  ///
  /// @param complete was it seen from its first byte, without a gap?
  /// @param bytes how many it carried
  /// @param start its first bytes, at most 256 KiB, a `char` for each
  /// @param marked did a marker occur, anywhere in it?
  public record Stream(
      String source,
      String destination,
      boolean complete,
      long bytes,
      boolean marked,
      String start) {

    /// Does it begin with a TLS record of a handshake?
    public boolean startsWithTls() {
      return start.startsWith("\u0016\u0003");
    }

    @Override
    public String toString() {
      return "%s -> %s, %d bytes%s%s"
          .formatted(
              source,
              destination,
              bytes,
              complete ? "" : ", not complete",
              startsWithTls() ? ", TLS" : ", not TLS");
    }
  }

  /// The streams that carried anything.
  ///
  /// @throws IllegalStateException if the capture has lost packets
  public List<Stream> streams() {
    return ports.stream().flatMap(port -> sniffer.streams(port).stream()).toList();
  }

  /// Looks for this text in every stream from now on; see [Stream#marked].
  public Capture lookingFor(String marker) {
    sniffer.mark(marker);
    return this;
  }

  @Override
  public void close() {
    ports.forEach(sniffer::release);
  }
}
