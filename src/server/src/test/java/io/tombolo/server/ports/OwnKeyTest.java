package io.tombolo.server.ports;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.identity.Authority;
import io.tombolo.identity.DirectoryKeyVault;
import io.tombolo.identity.KekSource;
import io.tombolo.identity.Terms;
import io.tombolo.mesh.identity.TrustDomain;
import java.nio.file.Path;
import java.security.Signature;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.time.ZoneOffset;
import java.util.concurrent.atomic.AtomicReference;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OwnKeyTest {
  private static final TrustDomain TD = new TrustDomain("tombolo.local");

  private final AtomicReference<Instant> now =
      new AtomicReference<>(Instant.parse("2026-01-01T00:00:00Z"));
  private final Clock clock = ((InstantSource) now::get).withZone(ZoneOffset.UTC);

  @TempDir private Path directory;

  @Test
  void a_handshake_gets_chain_and_key_of_one_pair_also_across_a_renewal() throws Exception {
    var key = new OwnKey(certificate(Duration.ofSeconds(60))::newest);
    var alias = key.chooseServerAlias("EC", null, null);

    now.updateAndGet(time -> time.plusSeconds(50));
    var renewed = key.chooseServerAlias("EC", null, null);

    assertThat(renewed).isNotEqualTo(alias);
    assertBelongTogether(key, alias);
    assertBelongTogether(key, renewed);
  }

  @Test
  void a_certificate_that_holds_for_a_minute_is_renewed_after_half_of_it_and_not_before()
      throws Exception {
    var own = certificate(Duration.ofSeconds(60));
    var first = own.newest();

    now.updateAndGet(time -> time.plusSeconds(29));
    assertThat(own.newest()).isSameAs(first);
    now.updateAndGet(time -> time.plusSeconds(2));
    assertThat(own.newest()).isNotSameAs(first);
  }

  private OwnCertificate certificate(Duration ttl) throws Exception {
    var vault = new DirectoryKeyVault(directory);
    var kek = new KekSource.InFile(directory.resolve("kek"));
    var authority =
        Authority.open(
            new Authority.Setup(
                vault, kek, directory.resolve("roots"), TD, Terms.usual().withSvid(ttl), null),
            now.get());
    return new OwnCertificate(authority, TD, clock);
  }

  private static void assertBelongTogether(OwnKey key, String alias) throws Exception {
    var chain = requireNonNull(key.getCertificateChain(alias));
    var signer = Signature.getInstance("SHA256withECDSA");
    signer.initSign(requireNonNull(key.getPrivateKey(alias)));
    signer.update((byte) 1);
    var verifier = Signature.getInstance("SHA256withECDSA");
    verifier.initVerify(chain[0]);
    verifier.update((byte) 1);
    assertThat(verifier.verify(signer.sign())).isTrue();
  }
}
