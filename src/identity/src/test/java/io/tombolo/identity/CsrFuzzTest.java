package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import com.code_intelligence.jazzer.junit.FuzzTest;
import java.util.Arrays;
import org.bouncycastle.operator.jcajce.JcaContentVerifierProviderBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequest;
import org.junit.jupiter.api.Tag;

/// A request from outside is refused, or is one that another implementation accepts as well.
@Tag("identity")
class CsrFuzzTest {
  @FuzzTest(maxDuration = "10m")
  void what_is_accepted_is_a_request_signed_with_its_own_key(byte[] der) throws Exception {
    switch (Csr.publicKeyOf(der)) {
      case Csr.Result.Accepted(var key) -> {
        var other = new JcaPKCS10CertificationRequest(der);
        var verifier = new JcaContentVerifierProviderBuilder().build(key);
        assertThat(other.isSignatureValid(verifier)).isTrue();
        assertThat(Arrays.equals(other.getPublicKey().getEncoded(), key.getEncoded())).isTrue();
      }
      case Csr.Result.Refused(var reason) ->
          assertThat(reason).startsWith("certificate request refused: ").matches("[ -~]{30,200}");
    }
  }
}
