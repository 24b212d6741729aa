package io.tombolo.mesh.catalog;

import java.util.Locale;

/// What is spoken on a port.
public enum Protocol {
  TCP,
  HTTP,
  HTTP2,
  GRPC;

  /// Does Envoy understand its requests?
  public boolean isHttp() {
    return this != TCP;
  }

  /// Does the upstream have to be spoken to in HTTP/2?
  public boolean isHttp2() {
    return this == HTTP2 || this == GRPC;
  }

  /// The protocol of an `appProtocol` of Kubernetes (KEP-3726 and plain names) or a `Protocol` of
  /// Consul. What is not known is passed through as TCP.
  public static Protocol named(String name) {
    return switch (name.toLowerCase(Locale.ROOT)) {
      case "http", "kubernetes.io/ws", "http1" -> HTTP;
      case "http2", "kubernetes.io/h2c", "h2c" -> HTTP2;
      case "grpc" -> GRPC;
      default -> TCP;
    };
  }
}
