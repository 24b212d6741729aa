package io.tombolo.xds.snapshot;

import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.Outbound;
import java.util.Optional;
import java.util.stream.Stream;

/// The kinds of resources that we serve, in the order in which what is new of them is sent: what is
/// pointed to comes before what points to it.
public enum ResourceType {
  CLUSTER("envoy.config.cluster.v3.Cluster"),
  ENDPOINTS("envoy.config.endpoint.v3.ClusterLoadAssignment"),
  LISTENER("envoy.config.listener.v3.Listener"),
  ROUTES("envoy.config.route.v3.RouteConfiguration");

  private final String typeUrl;

  ResourceType(String message) {
    this.typeUrl = "type.googleapis.com/" + message;
  }

  public String typeUrl() {
    return typeUrl;
  }

  /// Does a client that names nothing mean all of them?
  public boolean listedWhole() {
    return this == CLUSTER || this == LISTENER;
  }

  /// Does a client keep one of this name when it is gone? Connections that were open before their
  /// listener went still lead to the application, until they are drained.
  public boolean outlasts(String name) {
    return this == CLUSTER && Clusters.isLocal(name);
  }

  /// Does a client ask for this because it calls an address?
  public boolean isDemand(String name) {
    return this == CLUSTER && Outbound.isDemand(name);
  }

  public static Optional<ResourceType> of(String typeUrl) {
    return Stream.of(values()).filter(type -> type.typeUrl.equals(typeUrl)).findFirst();
  }
}
