package io.tombolo.xds.profile;

import io.netty.handler.ssl.JdkSslContext;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import javax.net.ssl.SSLContext;

/// A certificate authority in a directory, by openssl.
record Pki(Path directory) {
  /// A certificate and its key.
  record Keys(Path certificate, Path key) {
    /// For the clients of TLS that have them.
    SSLContext context(Path roots) {
      try {
        var context =
            SslContextBuilder.forClient()
                .sslProvider(SslProvider.JDK)
                .keyManager(certificate.toFile(), key.toFile())
                .trustManager(roots.toFile())
                .build();
        return ((JdkSslContext) context).context();
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }
  }

  static Pki create(Path directory) {
    var pki = new Pki(directory);
    try {
      Files.writeString(pki.config(), "[req]\ndistinguished_name=dn\n[dn]\n");
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    pki.certificate("ca", List.of("basicConstraints=critical,CA:TRUE", "keyUsage=keyCertSign"));
    return pki;
  }

  Path roots() {
    return directory.resolve("ca.pem");
  }

  /// @param identity a SPIFFE ID
  Keys issue(String name, String identity) {
    return certificate(
        name,
        List.of(
            "basicConstraints=critical,CA:FALSE",
            "keyUsage=critical,digitalSignature",
            "subjectAltName=URI:" + identity),
        "-CA",
        roots().toString(),
        "-CAkey",
        directory.resolve("ca.key").toString());
  }

  private Path config() {
    return directory.resolve("openssl.cnf");
  }

  private Keys certificate(String name, List<String> extensions, String... signer) {
    var keys = new Keys(directory.resolve(name + ".pem"), directory.resolve(name + ".key"));
    var words =
        new ArrayList<>(
            List.of("openssl", "req", "-x509", "-config", config().toString(), "-days", "2"));
    words.addAll(List.of("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes"));
    words.addAll(List.of("-subj", "/CN=" + name, "-keyout", keys.key.toString()));
    words.addAll(List.of("-out", keys.certificate.toString()));
    extensions.forEach(extension -> words.addAll(List.of("-addext", extension)));
    words.addAll(List.of(signer));
    run(words);
    return keys;
  }

  private static void run(List<String> words) {
    try {
      var process = new ProcessBuilder(words).redirectErrorStream(true).start();
      var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
      if (process.waitFor() != 0) {
        throw new IllegalStateException(words + ": " + said);
      }
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }
}
