package io.tombolo.agent;

import com.google.protobuf.InvalidProtocolBufferException;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.lang.System.Logger.Level;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PrivateKey;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.security.spec.PKCS8EncodedKeySpec;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;

/// What an agent had when it last ran, sealed on the disk of its host, so that it can start again
/// while the control plane is away: its SVID with the key, and whom it trusted. Sealed for one
/// trust domain and one node. Beside the key that seals it stands the highest sequence that the
/// bundle had, so that a copy from before is noticed. Belongs to one thread at a time.
final class SealedState {
  private static final System.Logger LOG = System.getLogger(SealedState.class.getName());
  private static final int FORM = 1;
  private static final int MOST_BYTES = 4 << 20;

  private final AgentConfig config;
  private final Path file;
  private final Path floor;
  private final SealKey key;

  /// What was kept.
  ///
  /// @param svid it may have expired
  record Kept(Svid svid, Trust trust) {}

  private SealedState(AgentConfig config, Path file, Path floor, SealKey key) {
    this.config = config;
    this.file = file;
    this.floor = floor;
    this.key = key;
  }

  /// @throws IllegalArgumentException if its key cannot be used, or is kept beside what it seals
  static SealedState of(AgentConfig config, AgentConfig.StateFiles files) {
    var directory = files.directory().toAbsolutePath().normalize();
    var keyFile = files.sealKey().toAbsolutePath().normalize();
    if (keyFile.startsWith(directory)) {
      throw new IllegalArgumentException(
          "--seal-key-file: %s is within --state %s, where it protects nothing; keep it elsewhere"
              .formatted(keyFile, directory));
    }
    var key = SealKey.of(keyFile, Path.of("/etc/machine-id"));
    var besideKey = PrivateFile.directory(keyFile);
    var name = "svid-" + hash(config.trustDomain() + "\0" + config.nodeId()).substring(0, 16);
    return new SealedState(
        config,
        directory.resolve(name + ".sealed"),
        (Files.isWritable(besideKey) ? besideKey : directory).resolve(name + ".sequence"),
        key);
  }

  /// What was kept, if it can be used: if not, the log says why, and the agent joins anew.
  ///
  /// @param pinned the roots that are pinned now
  Optional<Kept> load(TrustBundle pinned) {
    try {
      if (Files.size(file) > MOST_BYTES) {
        throw new CertificateException("it is larger than any that an agent writes");
      }
      byte[] content =
          key.open(Files.readAllBytes(file), context())
              .orElseThrow(() ->
                  new CertificateException(
                      "it was changed, or sealed on another machine, with another key, or for"
                          + " another trust domain or node"));
      return Optional.of(read(content, pinned));
    } catch (NoSuchFileException none) {
      return Optional.empty();
    } catch (IOException | GeneralSecurityException | RuntimeException unusable) {
      LOG.log(
          Level.WARNING,
          "Agent: the state {0} is not used: {1}; joining anew",
          file,
          unusable.getMessage());
      return Optional.empty();
    }
  }

  private Kept read(byte[] content, TrustBundle pinned)
      throws IOException, GeneralSecurityException {
    try (var in = new DataInputStream(new ByteArrayInputStream(content))) {
      if (in.readInt() != FORM) {
        throw new CertificateException("it is in the form of another version");
      }
      var received = Instant.ofEpochMilli(in.readLong());
      var pin = in.readUTF();
      var issued = issued(bytes(in));
      var chain = SpiffeCertificates.fromDer(issued.getChainList());
      var trust = Bundles.trust(config.trustDomain(), issued.getTrust());
      var privateKey =
          KeyFactory.getInstance("EC").generatePrivate(new PKCS8EncodedKeySpec(bytes(in)));
      requireNotOlder(trust.own());
      requirePinned(pin, pinned, trust.own());
      return new Kept(svid(chain, privateKey, received, trust.own()), trust);
    }
  }

  private static Issued issued(byte[] encoded) throws CertificateException {
    try {
      return Issued.parseFrom(encoded);
    } catch (InvalidProtocolBufferException wrong) {
      throw new CertificateException("it is not what an agent writes", wrong);
    }
  }

  private Svid svid(
      List<X509Certificate> chain, PrivateKey privateKey, Instant received, TrustBundle own)
      throws GeneralSecurityException {
    if (chain.isEmpty()) {
      throw new CertificateException("it has no certificate");
    }
    var leaf = chain.getFirst();
    var identity = X509Svid.identity(leaf);
    if (!identity.trustDomain().equals(config.trustDomain())) {
      throw new CertificateException(
          "its identity %s is of another trust domain".formatted(identity));
    }
    var _ = own.verify(chain, leaf.getNotAfter().toInstant());
    requirePair(leaf, privateKey);
    return new Svid(identity, chain, privateKey, received);
  }

  private static void requirePair(X509Certificate leaf, PrivateKey privateKey)
      throws GeneralSecurityException {
    byte[] said = "tombolo".getBytes(StandardCharsets.US_ASCII);
    var signature = Signature.getInstance("SHA256withECDSA");
    signature.initSign(privateKey);
    signature.update(said);
    byte[] signed = signature.sign();
    signature.initVerify(leaf.getPublicKey());
    signature.update(said);
    if (!signature.verify(signed)) {
      throw new CertificateException("its key is not that of its certificate");
    }
  }

  private void requireNotOlder(TrustBundle own) throws IOException, CertificateException {
    long highest = highest();
    if (own.sequence() < highest) {
      throw new CertificateException(
          "its bundle has sequence %d, but this host has seen %d: it is a copy from before"
              .formatted(own.sequence(), highest));
    }
  }

  /// Who pins other roots means these, unless the two have one in common.
  private static void requirePinned(String pin, TrustBundle pinned, TrustBundle own)
      throws CertificateException {
    if (!pin.equals(pin(pinned)) && own.roots().stream().noneMatch(pinned.roots()::contains)) {
      throw new CertificateException(
          "other roots have been pinned since, and it trusts none of them");
    }
  }

  /// Keeps these instead of what was kept. If they cannot be written, the log says so: what is
  /// served does not depend on it.
  ///
  /// @param pinned the roots that are pinned now
  void keep(Svid svid, Trust trust, TrustBundle pinned) {
    try {
      PrivateFile.write(file, key.seal(written(svid, trust, pinned), context()));
      long highest = Math.max(highest(), trust.own().sequence());
      byte[] sealed =
          key.seal(Long.toString(highest).getBytes(StandardCharsets.US_ASCII), floorContext());
      PrivateFile.write(floor, sealed);
    } catch (IOException unwritten) {
      LOG.log(
          Level.WARNING,
          "Agent: the state {0} cannot be written ({1}): started again, this agent goes on with"
              + " an older one, or joins anew",
          file,
          unwritten);
    }
  }

  private long highest() throws IOException {
    try {
      return key.open(Files.readAllBytes(floor), floorContext())
          .map(text -> Long.parseLong(new String(text, StandardCharsets.US_ASCII)))
          .orElseThrow(() -> new IOException(floor + " was changed, or sealed with another key"));
    } catch (NoSuchFileException none) {
      return 0;
    }
  }

  private static byte[] written(Svid svid, Trust trust, TrustBundle pinned) throws IOException {
    var issued = Issued.newBuilder().setTrust(Bundles.message(trust));
    svid.chain().forEach(one -> issued.addChain(SpiffeCertificates.toDer(List.of(one))));
    var bytes = new ByteArrayOutputStream();
    try (var out = new DataOutputStream(bytes)) {
      out.writeInt(FORM);
      out.writeLong(svid.received().toEpochMilli());
      out.writeUTF(pin(pinned));
      bytes(out, issued.build().toByteArray());
      bytes(out, svid.keyDer());
    }
    return bytes.toByteArray();
  }

  private static void bytes(DataOutputStream out, byte[] bytes) throws IOException {
    out.writeInt(bytes.length);
    out.write(bytes);
  }

  private static byte[] bytes(DataInputStream in) throws IOException {
    int length = in.readInt();
    if (length < 0 || length > in.available()) {
      throw new IOException("it was cut off");
    }
    return in.readNBytes(length);
  }

  private static String pin(TrustBundle pinned) {
    return hash(SpiffeCertificates.toPem(pinned.roots()));
  }

  private static String hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(digest.digest(text.getBytes(StandardCharsets.UTF_8)));
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  private String context() {
    return "tombolo agent state\0%s\0%s".formatted(config.trustDomain(), config.nodeId());
  }

  private String floorContext() {
    return "tombolo agent sequence\0%s\0%s".formatted(config.trustDomain(), config.nodeId());
  }
}
