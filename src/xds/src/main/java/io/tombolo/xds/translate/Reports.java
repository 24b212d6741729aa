package io.tombolo.xds.translate;

import com.google.protobuf.Duration;
import com.google.protobuf.Message;
import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLogFilter;
import io.envoyproxy.envoy.config.accesslog.v3.ExtensionFilter;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.extensions.access_loggers.filters.cel.v3.ExpressionFilter;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.CommonGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.HttpGrpcAccessLogConfig;
import io.envoyproxy.envoy.extensions.access_loggers.grpc.v3.TcpGrpcAccessLogConfig;
import java.util.List;

/// Access logs that are told to the control plane (ALS): each call that arrived, and what became of
/// it. A proxy never waits for it: what cannot be told in time is dropped.
public final class Reports {
  /// The cluster in the bootstrap of a proxy that leads to the control plane.
  public static final String CONTROL_PLANE = "tombolo-xds";

  /// What a log is about; its name at Envoy, which it tells once in each stream.
  ///
  /// @param kind of calls
  /// @param destination `<service>:<port>`
  /// @param headers that are told of each request if they are there
  public record Name(Kind kind, String destination, List<String> headers) {
    private static final String SEPARATOR = "|";

    public Name {
      headers = List.copyOf(headers);
    }

    /// @throws IllegalArgumentException if it is no such name
    public static Name parse(String text) {
      var parts = text.split("\\|", 3);
      if (parts.length < 3) {
        throw new IllegalArgumentException("must be <kind>|<service>:<port>|<headers>");
      }
      var headers = parts[2].isEmpty() ? List.<String>of() : List.of(parts[2].split(","));
      return new Name(Kind.valueOf(parts[0]), parts[1], headers);
    }

    @Override
    public String toString() {
      return kind + SEPARATOR + destination + SEPARATOR + String.join(",", headers);
    }
  }

  /// The calls that a log is about.
  public enum Kind {
    /// Requests, which say themselves what became of them.
    REQUESTS,
    /// Connections that were let in.
    LET_IN,
    /// Connections that were refused by rules.
    REFUSED
  }

  private static final String REFUSED =
      "(has(connection.termination_details)"
          + " && connection.termination_details.startsWith('rbac_access_denied'))";
  private static final UInt32Value BUFFERED_BYTES = UInt32Value.of(16 * 1024);

  private Reports() {}

  static AccessLog http(String destination, List<String> headers) {
    return log(
            "http",
            HttpGrpcAccessLogConfig.newBuilder()
                .setCommonConfig(common(new Name(Kind.REQUESTS, destination, headers)))
                .addAdditionalRequestHeadersToLog(":method")
                .addAllAdditionalRequestHeadersToLog(headers)
                .build())
        .build();
  }

  /// A connection does not tell in ALS why it ended, so that there are two logs.
  static List<AccessLog> tcp(String destination) {
    return List.of(
        tcp(new Name(Kind.LET_IN, destination, List.of()), "!" + REFUSED),
        tcp(new Name(Kind.REFUSED, destination, List.of()), REFUSED));
  }

  private static AccessLog tcp(Name name, String of) {
    var filter =
        ExtensionFilter.newBuilder()
            .setName("envoy.access_loggers.extension_filters.cel")
            .setTypedConfig(Protos.any(ExpressionFilter.newBuilder().setExpression(of).build()));
    return log("tcp", TcpGrpcAccessLogConfig.newBuilder().setCommonConfig(common(name)).build())
        .setFilter(AccessLogFilter.newBuilder().setExtensionFilter(filter))
        .build();
  }

  private static AccessLog.Builder log(String kind, Message config) {
    return AccessLog.newBuilder()
        .setName("envoy.access_loggers.%s_grpc".formatted(kind))
        .setTypedConfig(Protos.any(config));
  }

  private static CommonGrpcAccessLogConfig common(Name name) {
    var controlPlane = GrpcService.EnvoyGrpc.newBuilder().setClusterName(CONTROL_PLANE);
    return CommonGrpcAccessLogConfig.newBuilder()
        .setLogName(name.toString())
        .setTransportApiVersion(ApiVersion.V3)
        .setGrpcService(GrpcService.newBuilder().setEnvoyGrpc(controlPlane))
        .setBufferFlushInterval(Duration.newBuilder().setSeconds(1))
        .setBufferSizeBytes(BUFFERED_BYTES)
        .build();
  }
}
