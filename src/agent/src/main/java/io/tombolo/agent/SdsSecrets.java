package io.tombolo.agent;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.TypedExtensionConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SPIFFECertValidatorConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.Secret;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.grpc.Status;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.Collection;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// [Secrets] as they go out by SDS: `default`, the SVID with its key, `ROOTCA`, the bundle of the
/// own trust domain, and `ROOTCA-by-trust-domain`, its bundle and those of others, each good for
/// identities of its own trust domain only.
///
/// @param svid null until the agent has joined
record SdsSecrets(@Nullable Named svid, Named bundle, Named bundles) {
  static final String SVID = "default";
  static final String BUNDLE = "ROOTCA";
  static final String BUNDLES = "ROOTCA-by-trust-domain";
  static final String TYPE = "type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret";

  /// One secret as it goes over the wire.
  ///
  /// @param version a hash of its public half
  record Named(String name, String version, Any resource) {
    /// Without the secret, whatever prints it.
    @Override
    public String toString() {
      return name + "@" + version;
    }
  }

  static SdsSecrets of(Secrets secrets) {
    return new SdsSecrets(
        secrets.svid().map(SdsSecrets::certificate).orElse(null),
        roots(secrets.trust().own()),
        rootsByDomain(secrets.trust()));
  }

  /// Those of `names` that exist by now, in the order of [#SVID], [#BUNDLE], [#BUNDLES].
  List<Named> among(Collection<String> names) {
    return Stream.of(Optional.ofNullable(svid), Optional.of(bundle), Optional.of(bundles))
        .flatMap(Optional::stream)
        .filter(one -> names.contains(one.name()))
        .toList();
  }

  /// Why this name is refused to anyone, or empty if it is one of the three.
  static Optional<Status> refusal(String name) {
    if (name.equals(SVID) || name.equals(BUNDLE) || name.equals(BUNDLES)) {
      return Optional.empty();
    }
    var shown = Names.printable(name);
    if (name.startsWith("spiffe://")) {
      return Optional.of(
          Status.PERMISSION_DENIED.withDescription(
              "the secret \"%s\" is refused: this socket serves the identity of its own workload only, as \"%s\""
                  .formatted(shown, SVID)));
    }
    return Optional.of(
        Status.NOT_FOUND.withDescription(
            "there is no secret \"%s\": this socket serves \"%s\" (certificate and key), \"%s\" (trust bundle) and \"%s\" (the bundle of each trust domain)"
                .formatted(shown, SVID, BUNDLE, BUNDLES)));
  }

  private static Named certificate(Svid svid) {
    var chain = svid.chainPem();
    var secret =
        Secret.newBuilder()
            .setName(SVID)
            .setTlsCertificate(
                TlsCertificate.newBuilder()
                    .setCertificateChain(inline(chain))
                    .setPrivateKey(inline(svid.keyPem())));
    return new Named(SVID, hash(chain), packed(secret.build()));
  }

  private static Named roots(TrustBundle bundle) {
    var roots = SpiffeCertificates.toPem(bundle.roots());
    var secret =
        Secret.newBuilder()
            .setName(BUNDLE)
            .setValidationContext(
                CertificateValidationContext.newBuilder().setTrustedCa(inline(roots)));
    return new Named(BUNDLE, hash(roots), packed(secret.build()));
  }

  /// For Envoy's SPIFFE validator. A trust domain without roots is left out: nobody of it is let
  /// in.
  private static Named rootsByDomain(Trust trust) {
    var validator = SPIFFECertValidatorConfig.newBuilder();
    var text = new StringBuilder();
    Stream.concat(Stream.of(trust.own()), trust.federated().stream())
        .filter(bundle -> !bundle.roots().isEmpty())
        .forEach(bundle -> {
          var roots = SpiffeCertificates.toPem(bundle.roots());
          var domain = bundle.trustDomain().name();
          text.append(domain).append('\n').append(roots);
          validator.addTrustDomains(
              SPIFFECertValidatorConfig.TrustDomain.newBuilder()
                  .setName(domain)
                  .setTrustBundle(inline(roots)));
        });
    var config =
        TypedExtensionConfig.newBuilder()
            .setName("envoy.tls.cert_validator.spiffe")
            .setTypedConfig(Any.pack(validator.build()));
    var secret =
        Secret.newBuilder()
            .setName(BUNDLES)
            .setValidationContext(
                CertificateValidationContext.newBuilder().setCustomValidatorConfig(config));
    return new Named(BUNDLES, hash(text.toString()), packed(secret.build()));
  }

  private static DataSource inline(String text) {
    return DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(text)).build();
  }

  private static Any packed(Message secret) {
    return Any.newBuilder().setTypeUrl(TYPE).setValue(secret.toByteString()).build();
  }

  static String hash(String text) {
    try {
      var digest = MessageDigest.getInstance("SHA-256");
      var bytes = digest.digest(text.getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(bytes, 0, 8);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }
}
