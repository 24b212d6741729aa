package io.tombolo.server;

import io.grpc.ChannelCredentials;
import io.grpc.TlsChannelCredentials;
import io.grpc.xds.XdsCredentialsProvider;
import io.tombolo.mesh.identity.Pinned;
import java.io.File;
import java.io.IOException;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.Map;

/// How a gRPC process of grpc-java connects to the control plane by mutual TLS: grpc-java itself
/// has no credentials for a bootstrap that show a certificate.
public final class MutualTls extends XdsCredentialsProvider {
  static final String NAME = "tombolo-test";

  @Override
  protected ChannelCredentials newChannelCredentials(Map<String, ?> config) {
    try {
      return TlsChannelCredentials.newBuilder()
          .keyManager(new File(text(config, "certificate")), new File(text(config, "key")))
          .trustManager(new Pinned(Path.of(text(config, "roots"))))
          .build();
    } catch (IOException | CertificateException unreadable) {
      throw new IllegalArgumentException(unreadable);
    }
  }

  private static String text(Map<String, ?> config, String name) {
    return (String) java.util.Objects.requireNonNull(config.get(name));
  }

  @Override
  protected String getName() {
    return NAME;
  }

  @Override
  public boolean isAvailable() {
    return true;
  }

  @Override
  public int priority() {
    return 5;
  }
}
