package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.X509Svid;
import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;

/// What an agent is given as a bundle is read as one or refused with one kind of exception.
@Tag("identity")
class BundleFuzzTest {
  @TempDir Path directory;

  @FuzzTest(maxDuration = "10m")
  void a_pinned_bundle_has_a_certificate_or_the_agent_does_not_start(byte[] pem) throws Exception {
    var file = Files.write(directory.resolve("bundle.pem"), pem);
    try {
      assertUsable(Bundles.pinned(TestAuthority.DOMAIN, file));
    } catch (IllegalArgumentException refused) {
      assertThat(refused.getMessage()).contains("does not start");
    }
  }

  @FuzzTest(maxDuration = "10m")
  void trust_that_is_sent_is_read_or_refused(byte[] message) throws Exception {
    try {
      assertUsable(Bundles.trust(TestAuthority.DOMAIN, Trust.parseFrom(message)).own());
    } catch (InvalidProtocolBufferException | CertificateException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  @FuzzTest(maxDuration = "10m")
  void a_certificate_is_read_with_its_identity_or_refused(byte[] der) {
    try {
      var read = SpiffeCertificates.fromDer(List.of(ByteString.copyFrom(der)));
      assertThat(read).hasSize(1);
      var identity = X509Svid.identity(read.getFirst());
      assertThat(SpiffeId.parse(identity.toString())).isEqualTo(identity);
    } catch (CertificateException refused) {
      assertThat(refused.getMessage()).isNotBlank();
    }
  }

  private static void assertUsable(TrustBundle bundle) throws CertificateException {
    assertThat(bundle.roots()).isNotEmpty().doesNotContainNull();
    var pem = SpiffeCertificates.toPem(bundle.roots());
    assertThat(
            SpiffeCertificates.fromPem(
                new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII))))
        .isEqualTo(bundle.roots());
  }
}
