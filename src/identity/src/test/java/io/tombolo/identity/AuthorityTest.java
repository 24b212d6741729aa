package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class AuthorityTest {
  private static final Duration MONTHS_9 = Duration.ofDays(274);

  @TempDir Path state;
  private Ca ca = new Ca(Path.of("none"));

  @BeforeEach
  void inAFreshDirectory() {
    ca = new Ca(state);
  }

  @Test
  void a_chain_validates_against_the_bundle() throws Exception {
    var authority = ca.open();

    var issued = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);

    assertThat(issued.chain()).hasSize(2);
    Ca.validate(issued.chain(), authority.trusted(), Ca.NOW);
  }

  @Test
  void openssl_validates_a_chain_in_strict_mode() throws Exception {
    var authority = ca.open();
    var issued = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);

    assertThat(new OpenSsl(state).verify(issued.chain(), authority.trusted(), Ca.NOW))
        .isEqualTo(OpenSsl.FINE);
  }

  @Test
  void a_chain_of_another_authority_does_not_validate() throws Exception {
    var stranger = new Ca(state.resolve("stranger")).open();

    var issued = stranger.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);

    assertThatThrownBy(() -> Ca.validate(issued.chain(), ca.open().trusted(), Ca.NOW))
        .isInstanceOf(GeneralSecurityException.class);
  }

  @Test
  void keys_of_p384_and_rsa_get_certificates_too() throws Exception {
    var authority = ca.open();

    for (var key : List.of(Ca.ec("secp384r1").getPublic(), Ca.rsa(2048).getPublic())) {
      var issued = authority.issue(key, Ca.CART, Ca.NOW);
      assertThat(issued.leaf().getPublicKey()).isEqualTo(key);
      Ca.validate(issued.chain(), authority.trusted(), Ca.NOW);
    }
  }

  @Test
  void a_weak_key_gets_no_certificate_even_without_a_request() throws Exception {
    var authority = ca.open();

    assertThatThrownBy(() -> authority.issue(Ca.rsa(1024).getPublic(), Ca.CART, Ca.NOW))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("2048");
  }

  @Test
  void an_identity_of_another_trust_domain_or_of_the_domain_itself_is_not_issued()
      throws Exception {
    var authority = ca.open();
    var key = Ca.ec("secp256r1").getPublic();
    var elsewhere = SpiffeId.serviceAccount(new TrustDomain("other.test"), "shop", "cart");

    for (var identity : List.of(elsewhere, new SpiffeId(Ca.DOMAIN, ""))) {
      assertThatThrownBy(() -> authority.issue(key, identity, Ca.NOW))
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining(identity.toString());
    }
  }

  @Test
  void a_certificate_starts_a_minute_ago_and_lasts_as_long_as_configured() throws Exception {
    var authority = ca.open(Terms.usual().withSvid(Duration.ofSeconds(5)), Ca.NOW);

    var issued = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);

    assertThat(issued.notBefore()).isEqualTo(Ca.NOW.minusSeconds(60));
    assertThat(issued.notAfter()).isEqualTo(Ca.NOW.plusSeconds(5));
    assertThat(issued.leaf().getNotAfter().toInstant()).isEqualTo(issued.notAfter());
    assertThat(issued.serial()).isEqualTo(issued.leaf().getSerialNumber());
    assertThat(issued.identity()).isEqualTo(Ca.CART);
  }

  @Test
  void a_life_that_would_outlast_the_renewal_of_the_intermediate_cannot_be_configured() {
    assertThatThrownBy(() -> Terms.usual().withSvid(Duration.ofDays(200)))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tombolo.svid.ttl");
    assertThatThrownBy(() -> Terms.usual().withSvid(Duration.ZERO))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @Test
  void after_a_restart_the_authority_is_the_same() throws Exception {
    var before = ca.open();
    var issued = before.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);

    var after = ca.open();

    assertThat(after.trusted()).isEqualTo(before.trusted());
    var again = after.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);
    assertThat(again.chain().getLast()).isEqualTo(issued.chain().getLast());
  }

  @Test
  void of_processes_that_start_at_once_on_one_directory_all_have_the_same_root() throws Exception {
    Callable<Authority> start = ca::open;

    var opened = atOnce(Stream.generate(() -> start).limit(8).toList());

    assertThat(opened.stream().map(Authority::trusted).distinct()).hasSize(1);
  }

  @Test
  void the_intermediate_is_renewed_in_the_last_third_of_its_life() throws Exception {
    var authority = ca.open();
    var first = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, Ca.NOW);
    var later = Ca.NOW.plus(MONTHS_9);

    var second = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, later);

    assertThat(second.chain().getLast()).isNotEqualTo(first.chain().getLast());
    assertThat(second.notAfter()).isEqualTo(later.plus(Duration.ofHours(24)));
    Ca.validate(second.chain(), authority.trusted(), later);
    var restarted = ca.open(Terms.usual(), later);
    var third = restarted.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, later);
    assertThat(third.chain().getLast()).isEqualTo(second.chain().getLast());
  }

  @Test
  void a_replica_takes_the_intermediate_that_another_one_renewed() throws Exception {
    var one = ca.open();
    var other = ca.open();
    var later = Ca.NOW.plus(MONTHS_9);

    var fromOne = one.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, later);
    var fromOther = other.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, later);

    assertThat(fromOther.chain().getLast()).isEqualTo(fromOne.chain().getLast());
  }

  @Test
  void a_replica_that_stood_still_for_years_issues_again() throws Exception {
    var asleep = ca.open();
    var awake = ca.open();
    for (int year = 1; year <= 3; year++) {
      var then = Ca.NOW.plus(Duration.ofDays(365L * year));
      var _ = awake.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, then);
    }
    var now = Ca.NOW.plus(Duration.ofDays(365 * 5));

    var issued = asleep.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, now);

    Ca.validate(issued.chain(), asleep.trusted(), now);
  }

  @Test
  void without_a_renewal_it_goes_on_says_so_and_never_issues_beyond_the_issuers_end()
      throws Exception {
    var vault = new MemoryVault();
    var kek = new KekSource.Given(Kek.parse(Kek.generate(new SecureRandom())));
    var authority =
        Authority.open(
            new Authority.Setup(vault, kek, state.resolve("roots"), Ca.DOMAIN, Terms.usual(), null),
            Ca.NOW);
    vault.full().set(true);
    var end = Ca.NOW.plus(Terms.usual().intermediate());

    var issued =
        authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, end.minus(Duration.ofHours(1)));

    assertThat(issued.notAfter()).isEqualTo(end);
    assertThat(authority.trouble()).get().asString().contains("no space left");
    assertThatThrownBy(() -> authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, end))
        .isInstanceOf(IllegalStateException.class);

    vault.full().set(false);
    var healed = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, end);
    assertThat(authority.trouble()).isEmpty();
    Ca.validate(healed.chain(), authority.trusted(), end);
  }

  @Test
  void nothing_outlasts_the_root() throws Exception {
    var authority = ca.open();
    var end = Ca.NOW.plus(Terms.usual().root());
    var late = end.minus(Duration.ofMinutes(10));

    var issued = authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, late);

    assertThat(issued.notAfter()).isEqualTo(end);
    assertThat(issued.chain().getLast().getNotAfter().toInstant()).isEqualTo(end);
    Ca.validate(issued.chain(), authority.trusted(), late);
    assertThatThrownBy(() -> authority.issue(Ca.ec("secp256r1").getPublic(), Ca.CART, end))
        .isInstanceOf(IllegalStateException.class)
        .hasMessageContaining(end.toString());
  }

  @Test
  void threads_issue_at_once_and_every_chain_validates() throws Exception {
    var authority = ca.open();
    Callable<List<Issued>> work =
        () -> {
          var key = Ca.ec("secp256r1").getPublic();
          return Stream.generate(() -> authority.issue(key, Ca.CART, Ca.NOW)).limit(25).toList();
        };

    var issued =
        atOnce(Stream.generate(() -> work).limit(8).toList()).stream()
            .flatMap(List::stream)
            .toList();

    assertThat(issued.stream().map(Issued::serial).distinct()).hasSize(200);
    for (var one : issued) {
      Ca.validate(one.chain(), authority.trusted(), Ca.NOW);
    }
  }

  private static <T> List<T> atOnce(List<Callable<T>> tasks)
      throws InterruptedException, ExecutionException {
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var done = new ArrayList<T>();
      for (var future : threads.invokeAll(tasks)) {
        done.add(future.get());
      }
      return done;
    }
  }
}
