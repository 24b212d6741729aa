package io.tombolo.server.ports;

import io.tombolo.identity.Pem;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Pattern;
import org.jboss.logging.Logger;

/// A certificate for a host name and its key, in files that something else renews. Thread-safe.
public final class WebCertificate {
  private static final Logger LOG = Logger.getLogger(WebCertificate.class);
  private static final Pattern PKCS8 =
      Pattern.compile(
          "-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]+)-----END PRIVATE KEY-----\\s*");

  /// What was read, and the age of the files.
  private record Read(OwnKey.Pair pair, List<FileTime> of) {}

  private final Path certificate;
  private final Path key;
  private volatile Read read;

  /// @param certificate the certificate and its intermediates, leaf first, in PEM
  /// @param key its private key, PKCS#8 in PEM, not encrypted
  /// @throws IllegalArgumentException if the files cannot be used; the message says why
  public WebCertificate(Path certificate, Path key) {
    this.certificate = certificate;
    this.key = key;
    try {
      read = new Read(pair(), ages());
    } catch (IOException unreadable) {
      throw new IllegalArgumentException(
          "%s or %s is not readable".formatted(certificate, key), unreadable);
    }
  }

  /// As it is in the files; if those cannot be used, as it was.
  OwnKey.Pair newest() {
    var last = read;
    try {
      var now = ages();
      if (!now.equals(last.of)) {
        read = new Read(pair(), now);
      }
    } catch (IOException | IllegalArgumentException unusable) {
      LOG.warnf("The bundle endpoint goes on with its certificate: %s", unusable.getMessage());
    }
    return read.pair;
  }

  private List<FileTime> ages() throws IOException {
    return List.of(Files.getLastModifiedTime(certificate), Files.getLastModifiedTime(key));
  }

  private OwnKey.Pair pair() throws IOException {
    var chain = Pem.parse(Files.readString(certificate));
    var algorithm = chain.getFirst().getPublicKey().getAlgorithm();
    return new OwnKey.Pair(privateKey(algorithm), chain);
  }

  private PrivateKey privateKey(String algorithm) throws IOException {
    var pem = PKCS8.matcher(Files.readString(key));
    if (!pem.matches()) {
      throw new IllegalArgumentException(
          ("%s is not one private key in PKCS#8 and PEM; make one with:"
                  + " openssl pkcs8 -topk8 -nocrypt -in <key>")
              .formatted(key));
    }
    try {
      var der = Base64.getMimeDecoder().decode(pem.group(1));
      return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(der));
    } catch (GeneralSecurityException | IllegalArgumentException wrong) {
      // Without the cause: its text may have parts of the key.
      throw new IllegalArgumentException("%s is not the key of %s".formatted(key, certificate));
    }
  }
}
