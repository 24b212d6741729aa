package io.tombolo.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.List;

/// What `openssl verify -x509_strict` says of a chain.
record OpenSsl(Path directory) {
  static final String FINE = "leaf.pem: OK";

  /// FINE if the chain is valid for TLS, at either side.
  String verify(List<X509Certificate> chain, List<X509Certificate> roots, Instant now)
      throws IOException, InterruptedException {
    Files.writeString(directory.resolve("bundle.pem"), Pem.of(roots));
    Files.writeString(directory.resolve("leaf.pem"), Pem.of(chain.subList(0, 1)));
    Files.writeString(directory.resolve("chain.pem"), Pem.of(chain.subList(1, chain.size())));
    for (var purpose : List.of("sslserver", "sslclient")) {
      var said = verify(purpose, now);
      if (!said.equals(FINE)) {
        return said;
      }
    }
    return FINE;
  }

  private String verify(String purpose, Instant now) throws IOException, InterruptedException {
    var time = Long.toString(now.getEpochSecond());
    var process =
        new ProcessBuilder("openssl", "verify", "-x509_strict", "-attime", time)
            .directory(directory.toFile())
            .redirectErrorStream(true);
    process.command().addAll(List.of("-purpose", purpose, "-CAfile", "bundle.pem"));
    process.command().addAll(List.of("-untrusted", "chain.pem", "leaf.pem"));
    var running = process.start();
    var said = new String(running.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    return running.waitFor() == 0 ? said.strip() : "failed: " + said;
  }
}
