package io.tombolo.bench;

/// The types of resources a proxy asks for, in the order in which Envoy does.
enum Kind {
  CDS("envoy.config.cluster.v3.Cluster"),
  EDS("envoy.config.endpoint.v3.ClusterLoadAssignment"),
  LDS("envoy.config.listener.v3.Listener"),
  RDS("envoy.config.route.v3.RouteConfiguration");

  private final String url;

  Kind(String message) {
    this.url = "type.googleapis.com/" + message;
  }

  String url() {
    return url;
  }

  /// Does a proxy ask for all of them, without names?
  boolean all() {
    return this == CDS || this == LDS;
  }

  /// @throws IllegalArgumentException if it is none of ours
  static Kind of(String url) {
    for (var kind : values()) {
      if (kind.url.equals(url)) {
        return kind;
      }
    }
    throw new IllegalArgumentException("no proxy asked for " + url);
  }
}
