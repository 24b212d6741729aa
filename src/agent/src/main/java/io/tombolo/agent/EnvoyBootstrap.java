package io.tombolo.agent;

import static io.tombolo.agent.Json.object;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.scope.Upstream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Map;

/// What Envoy is started with: who it is, where it gets its keys, and the control plane it obeys.
/// All else comes by ADS.
///
/// @param sdsSocket the agent's socket
public record EnvoyBootstrap(
    ProxyNode node,
    Address controlPlane,
    TrustDomain trustDomain,
    Path sdsSocket,
    Admin admin,
    Ads ads) {
  private static final String TYPES = "type.googleapis.com/envoy.extensions.";
  private static final int MOST_CONNECTIONS = 50_000;

  /// Where Envoy's administration interface listens. It has no authentication: never on a network.
  public sealed interface Admin {
    /// On a loopback address. Port 0 lets Envoy choose.
    record Loopback(String address, int port) implements Admin {
      public Loopback {
        if (!address.startsWith("127.") && !address.equals("::1")) {
          throw new IllegalArgumentException(
              "Envoy's admin interface listens on a loopback address only: it asks nobody who they"
                  + " are");
        }
        if (port != 0) {
          Port.requireValid(port);
        }
      }
    }

    /// On a Unix socket.
    record UnixSocket(Path path) implements Admin {}
  }

  /// How resources come over the one aggregated stream.
  public enum Ads {
    /// Only what changed.
    DELTA("DELTA_GRPC"),
    /// All of a type at every change.
    STATE_OF_THE_WORLD("GRPC");

    private final String apiType;

    Ads(String apiType) {
      this.apiType = apiType;
    }
  }

  /// Writes the bootstrap for its owner's eyes, in one step.
  public void write(Path file) throws IOException {
    var fresh = file.resolveSibling(file.getFileName() + ".new");
    Files.deleteIfExists(fresh);
    Files.createFile(
        fresh, PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    Files.writeString(fresh, json());
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE);
  }

  /// The bootstrap as Envoy reads it.
  public String json() {
    return Json.write(
        object(
            "node", nodeJson(),
            "admin", object("address", adminAddress()),
            "dynamic_resources", dynamicResources(),
            "static_resources", object("clusters", List.of(sdsCluster(), xdsCluster())),
            "overload_manager", overload()));
  }

  private Map<String, Object> nodeJson() {
    return object(
        "id", node.id(),
        "cluster", node.cluster(),
        "locality", object("zone", node.zone()),
        "metadata",
            object(
                "tombolo",
                object(
                    "network", node.network(),
                    "zone", node.zone(),
                    "reports", true,
                    "upstreams",
                        node.upstreams().stream().map(EnvoyBootstrap::upstream).toList())));
  }

  private static Map<String, Object> upstream(Upstream upstream) {
    return object(
        "service", upstream.service(),
        "port", upstream.port(),
        "listen", new Address(upstream.listenAddress(), upstream.listenPort()).toString());
  }

  private Map<String, Object> adminAddress() {
    return switch (admin) {
      case Admin.Loopback(var address, var port) -> socketAddress(address, port);
      case Admin.UnixSocket(var path) -> pipe(path);
    };
  }

  private Map<String, Object> dynamicResources() {
    return object(
        "ads_config",
            object(
                "api_type",
                ads.apiType,
                "transport_api_version",
                "V3",
                "set_node_on_first_message_only",
                true,
                "grpc_services",
                List.of(grpc("tombolo-xds"))),
        "cds_config", fromAds(),
        "lds_config", fromAds());
  }

  private static Map<String, Object> fromAds() {
    return object("ads", object(), "resource_api_version", "V3", "initial_fetch_timeout", "0s");
  }

  private static Map<String, Object> grpc(String cluster) {
    return object("envoy_grpc", object("cluster_name", cluster));
  }

  private Map<String, Object> sdsCluster() {
    return object(
        "name", "sds-agent",
        "type", "STATIC",
        "connect_timeout", "1s",
        "typed_extension_protocol_options", http2(object()),
        "load_assignment", endpoint("sds-agent", pipe(sdsSocket)));
  }

  private Map<String, Object> xdsCluster() {
    return object(
        "name", "tombolo-xds",
        "type", controlPlane.isIp() ? "STATIC" : "STRICT_DNS",
        "connect_timeout", "5s",
        "typed_extension_protocol_options",
            http2(object("connection_keepalive", object("interval", "30s", "timeout", "10s"))),
        "upstream_connection_options",
            object(
                "tcp_keepalive",
                object("keepalive_probes", 3, "keepalive_time", 30, "keepalive_interval", 5)),
        "transport_socket", tls(),
        "load_assignment",
            endpoint("tombolo-xds", socketAddress(controlPlane.host(), controlPlane.port())));
  }

  private Map<String, Object> tls() {
    var server =
        object(
            "san_type",
            "URI",
            "matcher",
            object("exact", SpiffeId.controlPlane(trustDomain).toString()));
    return object(
        "name",
        "envoy.transport_sockets.tls",
        "typed_config",
        object(
            "@type",
            TYPES + "transport_sockets.tls.v3.UpstreamTlsContext",
            "common_tls_context",
            object(
                "tls_params",
                    object(
                        "tls_minimum_protocol_version", "TLSv1_3",
                        "tls_maximum_protocol_version", "TLSv1_3"),
                "tls_certificate_sds_secret_configs", List.of(secret(SdsSecrets.SVID)),
                "combined_validation_context",
                    object(
                        "default_validation_context",
                            object("match_typed_subject_alt_names", List.of(server)),
                        "validation_context_sds_secret_config", secret(SdsSecrets.BUNDLE)))));
  }

  private static Map<String, Object> secret(String name) {
    var source =
        object(
            "api_type",
            "GRPC",
            "transport_api_version",
            "V3",
            "set_node_on_first_message_only",
            true,
            "grpc_services",
            List.of(grpc("sds-agent")));
    return object(
        "name",
        name,
        "sds_config",
        object(
            "api_config_source", source,
            "resource_api_version", "V3",
            "initial_fetch_timeout", "0s"));
  }

  private static Map<String, Object> http2(Map<String, Object> options) {
    return object(
        "envoy.extensions.upstreams.http.v3.HttpProtocolOptions",
        object(
            "@type",
            TYPES + "upstreams.http.v3.HttpProtocolOptions",
            "explicit_http_config",
            object("http2_protocol_options", options)));
  }

  private static Map<String, Object> endpoint(String cluster, Map<String, Object> address) {
    var endpoint = object("endpoint", object("address", address));
    return object(
        "cluster_name", cluster, "endpoints", List.of(object("lb_endpoints", List.of(endpoint))));
  }

  private static Map<String, Object> socketAddress(String address, int port) {
    return object("socket_address", object("address", address, "port_value", port));
  }

  private static Map<String, Object> pipe(Path path) {
    return object("pipe", object("path", path.toAbsolutePath().toString()));
  }

  private static Map<String, Object> overload() {
    return object(
        "resource_monitors",
        List.of(
            object(
                "name",
                "envoy.resource_monitors.global_downstream_max_connections",
                "typed_config",
                object(
                    "@type",
                    TYPES
                        + "resource_monitors.downstream_connections.v3.DownstreamConnectionsConfig",
                    "max_active_downstream_connections",
                    MOST_CONNECTIONS))));
  }
}
