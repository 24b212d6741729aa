package io.tombolo.server.judging;

import io.grpc.HandlerRegistry;
import io.grpc.InsecureServerCredentials;
import io.grpc.MethodDescriptor;
import io.grpc.MethodDescriptor.MethodType;
import io.grpc.Server;
import io.grpc.ServerMethodDefinition;
import io.grpc.stub.ServerCalls;
import io.grpc.xds.XdsServerBuilder;
import io.grpc.xds.XdsServerCredentials;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// A real server of grpc-java that has no proxy, and methods of every name.
public final class ProxylessGrpc {
  private static final MethodDescriptor.Marshaller<byte[]> BYTES = new Raw();

  private ProxylessGrpc() {}

  /// Bytes as they are.
  private static final class Raw implements MethodDescriptor.Marshaller<byte[]> {
    @Override
    public InputStream stream(byte[] value) {
      return new ByteArrayInputStream(value);
    }

    @Override
    public byte[] parse(InputStream stream) {
      return new byte[0];
    }
  }

  private static final class EveryMethod extends HandlerRegistry {
    @Override
    public ServerMethodDefinition<?, ?> lookupMethod(String name, @Nullable String authority) {
      return ServerMethodDefinition.create(
          method(name),
          ServerCalls.asyncUnaryCall((_, answer) -> {
            answer.onNext(new byte[0]);
            answer.onCompleted();
          }));
    }
  }

  /// The PEM files that a workload has its identity in.
  public record Identity(Path certificate, Path key, Path roots) {}

  static MethodDescriptor<byte[], byte[]> method(String name) {
    return MethodDescriptor.<byte[], byte[]>newBuilder(BYTES, BYTES)
        .setType(MethodType.UNARY)
        .setFullMethodName(name)
        .build();
  }

  /// Writes the files.
  public static Identity files(
      Path directory, PrivateKey key, List<X509Certificate> chain, X509Certificate root)
      throws IOException, GeneralSecurityException {
    var certificates = new StringBuilder();
    for (var one : chain) {
      certificates.append(pem("CERTIFICATE", one.getEncoded()));
    }
    return new Identity(
        Files.writeString(directory.resolve("svid.pem"), certificates),
        Files.writeString(directory.resolve("svid.key"), pem("PRIVATE KEY", key.getEncoded())),
        Files.writeString(directory.resolve("roots.pem"), pem("CERTIFICATE", root.getEncoded())));
  }

  private static String pem(String type, byte[] content) {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, lines, type);
  }

  /// Starts it; returns when it has its first rules.
  ///
  /// @param ads the port of the control plane on loopback
  /// @param credentials how it connects there: `{type, config}`
  public static Server start(
      int port, String nodeId, int ads, Map<String, ?> credentials, Identity files)
      throws IOException {
    return XdsServerBuilder.forPort(
            port, XdsServerCredentials.create(InsecureServerCredentials.create()))
        .overrideBootstrapForTest(bootstrap(nodeId, ads, credentials, files))
        .fallbackHandlerRegistry(new EveryMethod())
        .directExecutor()
        .build()
        .start();
  }

  /// As `docs/using/grpc.md` says.
  private static Map<String, ?> bootstrap(
      String nodeId, int ads, Map<String, ?> credentials, Identity files) {
    var keys =
        Map.of(
            "certificate_file", files.certificate().toString(),
            "private_key_file", files.key().toString(),
            "ca_certificate_file", files.roots().toString(),
            "refresh_interval", "60s");
    return Map.of(
        "xds_servers",
        List.of(
            Map.of(
                "server_uri", "127.0.0.1:" + ads,
                "channel_creds", List.of(credentials),
                "server_features", List.of("xds_v3"))),
        "node",
        Map.of("id", nodeId),
        "certificate_providers",
        Map.of("default", Map.of("plugin_name", "file_watcher", "config", keys)),
        "server_listener_resource_name_template",
        "grpc/server?udpa.resource.listening_address=%s");
  }
}
