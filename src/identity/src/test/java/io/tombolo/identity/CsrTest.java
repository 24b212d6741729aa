package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.file.Path;
import java.security.KeyPair;
import java.security.PublicKey;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Assertions;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class CsrTest {
  @TempDir Path state;

  @Test
  void the_key_of_an_honest_request_is_accepted() {
    var pairs = List.of(Ca.ec("secp256r1"), Ca.ec("secp384r1"), Ca.rsa(2048));
    for (var keys : pairs) {
      assertThat(Csr.publicKeyOf(Requests.plain(keys)))
          .isEqualTo(new Csr.Result.Accepted(keys.getPublic()));
    }
  }

  static Map<String, byte[]> hostile() throws Exception {
    return HostileRequests.all();
  }

  @Test
  void there_are_many_hostile_requests() throws Exception {
    assertThat(hostile()).hasSizeGreaterThan(200);
  }

  @Tag("spine")
  @ParameterizedTest(name = "{0}")
  @MethodSource("hostileRequests")
  void a_hostile_request_is_refused_with_a_printable_reason_and_at_once(String what, byte[] der) {
    var result =
        Assertions.assertTimeoutPreemptively(
            Duration.ofSeconds(5), () -> Csr.publicKeyOf(der), what);

    assertThat(result).isInstanceOf(Csr.Result.Refused.class);
    assertThat(((Csr.Result.Refused) result).reason())
        .startsWith("certificate request refused: ")
        .matches("[ -~]{30,200}");
  }

  @Tag("spine")
  @Test
  void names_and_powers_that_a_request_asks_for_are_not_given() throws Exception {
    var keys = Ca.ec("secp256r1");
    var greedy = Requests.greedy(keys, "spiffe://demo.test/ns/bank/sa/vault");

    var issued = new Ca(state).open().issue(accepted(greedy), Ca.CART, Ca.NOW);

    assertThat(issued.leaf().getSubjectAlternativeNames())
        .containsExactly(List.of(6, Ca.CART.toString()));
    assertThat(issued.leaf().getSubjectX500Principal().getName()).isEmpty();
    assertThat(issued.leaf().getBasicConstraints()).isEqualTo(-1);
    assertThat(issued.leaf().getKeyUsage()).startsWith(true, false);
    assertThat(issued.leaf().getPublicKey()).isEqualTo(keys.getPublic());
  }

  /// Only what is not signed (parameters of the signature's algorithm) may change unnoticed.
  @Test
  void a_request_with_a_bit_changed_is_refused_or_gives_the_same_key() throws Exception {
    var keys = Ca.ec("secp256r1");
    byte[] good = Requests.greedy(keys, "spiffe://demo.test/ns/bank/sa/vault");

    for (int bit = 0; bit < good.length * 8; bit += 5) {
      byte[] changed = good.clone();
      changed[bit / 8] ^= (byte) (1 << bit % 8);
      requireRefusedOrSame(changed, keys);
    }
  }

  @Test
  void random_changes_never_throw_and_never_give_another_key() {
    long seed = 20261124;
    var random = new Random(seed);
    var keys = Ca.ec("secp256r1");
    byte[] good = Requests.plain(keys);

    for (int round = 0; round < 600; round++) {
      byte[] changed = good.clone();
      for (int i = 0; i <= random.nextInt(6); i++) {
        changed[random.nextInt(changed.length)] = (byte) random.nextInt();
      }
      requireRefusedOrSame(changed, keys);
    }
  }

  static List<Arguments> hostileRequests() throws Exception {
    return hostile().entrySet().stream()
        .map(entry -> Arguments.of(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static PublicKey accepted(byte[] der) {
    return switch (Csr.publicKeyOf(der)) {
      case Csr.Result.Accepted(var key) -> key;
      case Csr.Result.Refused(var reason) -> throw new AssertionError(reason);
    };
  }

  private static void requireRefusedOrSame(byte[] der, KeyPair keys) {
    if (Csr.publicKeyOf(der) instanceof Csr.Result.Accepted(var key)) {
      assertThat(key).isEqualTo(keys.getPublic());
    }
  }
}
