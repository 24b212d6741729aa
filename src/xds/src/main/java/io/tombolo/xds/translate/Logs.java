package io.tombolo.xds.translate;

import com.google.protobuf.Struct;
import com.google.protobuf.Value;
import io.envoyproxy.envoy.config.accesslog.v3.AccessLog;
import io.envoyproxy.envoy.config.core.v3.SubstitutionFormatString;
import io.envoyproxy.envoy.extensions.access_loggers.stream.v3.StdoutAccessLog;
import java.util.Map;
import java.util.TreeMap;

/// Access logs on Envoy's standard output, a JSON object a line: who asked, and why it ended.
final class Logs {
  private static final Map<String, String> ALWAYS =
      Map.of(
          "time", "%START_TIME%",
          "peer", "%DOWNSTREAM_PEER_URI_SAN%",
          "sni", "%REQUESTED_SERVER_NAME%",
          "from", "%DOWNSTREAM_REMOTE_ADDRESS%",
          "flags", "%RESPONSE_FLAGS%",
          "received", "%BYTES_RECEIVED%",
          "sent", "%BYTES_SENT%",
          "ended", "%CONNECTION_TERMINATION_DETAILS%");

  /// What stands before the names of what is counted and said of headers that are lists, where
  /// intentions are audited.
  static final String LISTS = "lists.";

  /// One line for each connection, also for those that no filter saw.
  static final AccessLog CONNECTION =
      log(
          "connection",
          Map.of(
              "tls",
              "%DOWNSTREAM_TRANSPORT_FAILURE_REASON%",
              "audit",
              audited("envoy.filters.network.rbac", "")));

  static final AccessLog REQUEST =
      log(
          "request",
          Map.of(
              "method", "%REQ(:METHOD)%",
              "code", "%RESPONSE_CODE%",
              "details", "%RESPONSE_CODE_DETAILS%",
              "audit", audited("envoy.filters.http.rbac", ""),
              "audit_lists", audited("envoy.filters.http.rbac", LISTS)));

  private Logs() {}

  /// What intentions say that are audited; nothing if they are not.
  private static String audited(String filter, String prefix) {
    return "%%DYNAMIC_METADATA(%s:%sshadow_engine_result)%%".formatted(filter, prefix);
  }

  private static AccessLog log(String what, Map<String, String> more) {
    var fields = new TreeMap<>(ALWAYS);
    fields.putAll(more);
    fields.put("log", what);
    var format = Struct.newBuilder();
    fields.forEach(
        (name, value) -> format.putFields(name, Value.newBuilder().setStringValue(value).build()));
    return AccessLog.newBuilder()
        .setName("envoy.access_loggers.stdout")
        .setTypedConfig(
            Protos.any(
                StdoutAccessLog.newBuilder()
                    .setLogFormat(
                        SubstitutionFormatString.newBuilder()
                            .setJsonFormat(format)
                            .setOmitEmptyValues(true))
                    .build()))
        .build();
  }
}
