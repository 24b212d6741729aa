package io.tombolo.server.federation;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import io.tombolo.mesh.identity.TrustDomain;
import java.time.Duration;
import org.junit.jupiter.api.Tag;

/// A bundle from another trust domain is read, or refused with one kind of exception. Run alone:
/// Jazzer's hooks stay in the JVM, and other tests here open connections.
@Tag("soak")
class BundleFormatFuzzTest {
  private static final TrustDomain PARTNER = new TrustDomain("partner.example");

  @FuzzTest(maxDuration = "10m")
  void a_bundle_is_refused_or_read_and_then_written_as_one_that_reads_the_same(byte[] document)
      throws Exception {
    BundleDocument read;
    try {
      read = BundleFormat.read(PARTNER, document);
    } catch (BundleUnusable refused) {
      assertThat(refused.getMessage()).isNotBlank();
      return;
    }
    assertThat(read.bundle().roots()).allMatch(root -> root.getBasicConstraints() >= 0);
    var written = BundleFormat.write(read.bundle(), Duration.ofMinutes(5));
    assertThat(BundleFormat.read(PARTNER, written).bundle()).isEqualTo(read.bundle());
  }
}
