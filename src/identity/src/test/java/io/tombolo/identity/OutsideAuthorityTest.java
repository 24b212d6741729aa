package io.tombolo.identity;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.identity.OutsideAuthority.Answer;
import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import java.util.function.UnaryOperator;
import java.util.stream.Stream;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;

/// The registrar beside an authority outside that signs for Consul's services.
@Tag("identity")
class OutsideAuthorityTest {
  private static final KeyPair KEYS = Ca.ec("secp256r1");
  private static final KeyPair OTHERS = Ca.ec("secp256r1");
  private static final SpiffeId BILLING =
      SpiffeId.consulService(Ca.DOMAIN, "default", "dc1", "billing");
  private static final byte[] NAMED = Requests.naming(KEYS, BILLING.toString());

  private final OutsideCa ca = new OutsideCa();
  private final List<byte[]> asked = new ArrayList<>();
  private final Registrar registrar;
  private Function<byte[], Answer> answers = _ -> signed(OutsideCa.good(KEYS.getPublic(), BILLING));

  OutsideAuthorityTest(@TempDir Path state) throws IOException {
    registrar =
        Registrar.open(state, new Ca(state).open(), new Outside(), Duration.ofHours(24), Ca.NOW);
  }

  @AfterEach
  void close() throws IOException {
    registrar.close();
  }

  private final class Outside implements OutsideAuthority {
    @Override
    public boolean signsFor(SpiffeId identity) {
      return identity.path().contains("/svc/");
    }

    @Override
    public List<X509Certificate> roots() {
      return List.of(ca.root());
    }

    @Override
    public Answer sign(byte[] csr) {
      asked.add(csr);
      return answers.apply(csr);
    }
  }

  private Answer signed(OutsideCa.Leaf leaf) {
    return new Answer.Signed(List.of(ca.sign(leaf)));
  }

  private Registrar.Result issue(byte[] csr, Proof.By by, SpiffeId identity) {
    var proof = new Proof(by, identity, "consul/dc1/default/billing-1", "", "somehow");
    return registrar.issue(KEYS.getPublic(), csr, proof, Ca.NOW);
  }

  @Test
  void what_it_signs_is_handed_out_and_written_down_with_its_root_as_issuer() throws Exception {
    var result = issue(NAMED, Proof.By.CERTIFICATE, BILLING);

    assertThat(result).isInstanceOf(Registrar.Result.Granted.class);
    var issued = ((Registrar.Result.Granted) result).issued();
    assertThat(issued.issuer()).isEqualTo(ca.root());
    assertThat(asked).containsExactly(NAMED);
    var event = registrar.log().lines(-1, 1).getFirst().event();
    assertThat(event.svid()).isEqualTo(new AuditEvent.Svid("7", issued.notAfter(), "1", ""));
  }

  @Test
  void all_others_are_signed_for_by_the_built_in_authority() {
    var result = issue(NAMED, Proof.By.CERTIFICATE, Ca.CART);

    assertThat(result).isInstanceOf(Registrar.Result.Granted.class);
    assertThat(((Registrar.Result.Granted) result).issued().issuer()).isNotEqualTo(ca.root());
    assertThat(asked).isEmpty();
  }

  @ParameterizedTest
  @EnumSource(value = Proof.By.class, mode = EnumSource.Mode.EXCLUDE, names = "CERTIFICATE")
  void a_first_request_without_a_name_gets_an_hour_to_ask_by_name(Proof.By by) {
    var result = issue(Requests.plain(KEYS), by, BILLING);

    assertThat(result).isInstanceOf(Registrar.Result.Provisional.class);
    var issued = ((Registrar.Result.Provisional) result).issued();
    assertThat(issued.identity()).isEqualTo(BILLING);
    assertThat(issued.notAfter()).isEqualTo(Ca.NOW.plus(Duration.ofHours(1)));
    assertThat(asked).isEmpty();
  }

  static Stream<Arguments> misnamed() throws IOException {
    var other = SpiffeId.consulService(Ca.DOMAIN, "default", "dc1", "ledger").toString();
    var billing = OutsideCa.uri(BILLING.toString());
    return Stream.of(
        Arguments.of("no name", Requests.plain(KEYS)),
        Arguments.of("another", Requests.naming(KEYS, other)),
        Arguments.of("a longer one", Requests.naming(KEYS, BILLING + "2")),
        Arguments.of(
            "in capitals", Requests.naming(KEYS, "SPIFFE" + BILLING.toString().substring(6))),
        Arguments.of("two", Requests.naming(KEYS, billing, OutsideCa.uri(other))),
        Arguments.of("twice", Requests.naming(KEYS, billing, billing)),
        Arguments.of(
            "a DNS name too",
            Requests.naming(KEYS, billing, new GeneralName(GeneralName.dNSName, "evil.example"))),
        Arguments.of(
            "an address too",
            Requests.naming(KEYS, billing, new GeneralName(GeneralName.iPAddress, "10.0.0.1"))),
        Arguments.of(
            "as a DNS name",
            Requests.naming(KEYS, new GeneralName(GeneralName.dNSName, BILLING.toString()))),
        Arguments.of("to be an authority", Requests.greedy(KEYS, BILLING.toString())),
        Arguments.of("with a subject", Requests.namingAs("CN=root", KEYS, billing)),
        Arguments.of("a challenge", Requests.withChallenge(KEYS, "secret")));
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("misnamed")
  void a_renewal_that_asks_for_anything_else_is_refused_and_not_passed_on(String what, byte[] csr)
      throws Exception {
    assertThat(issue(csr, Proof.By.CERTIFICATE, BILLING))
        .as(what)
        .isInstanceOf(Registrar.Result.Misnamed.class);
    assertThat(asked).isEmpty();
    var event = registrar.log().lines(-1, 1).getFirst().event();
    assertThat(event.kind()).isEqualTo(AuditEvent.Kind.REFUSED);
  }

  static Stream<Arguments> wrong() {
    var ends = Ca.NOW.plus(Duration.ofDays(1));
    return Stream.of(
        wrong("another key", leaf -> leaf.forKey(OTHERS.getPublic())),
        wrong("another name", leaf -> leaf.named(OutsideCa.uri(BILLING + "2"))),
        wrong(
            "no identity",
            leaf -> leaf.named(new GeneralName(GeneralName.dNSName, "billing.example"))),
        wrong(
            "a name too many",
            leaf ->
                leaf.named(
                    OutsideCa.uri(BILLING.toString()),
                    new GeneralName(GeneralName.dNSName, "evil.example"))),
        wrong("a CA", OutsideCa.Leaf::asCa),
        wrong(
            "may sign certificates",
            leaf -> leaf.used(KeyUsage.digitalSignature | KeyUsage.keyCertSign)),
        wrong(
            "may sign revocations",
            leaf -> leaf.used(KeyUsage.digitalSignature | KeyUsage.cRLSign)),
        wrong("usage not critical", leaf -> leaf.notCritical(Extension.keyUsage)),
        wrong("may sign nothing", leaf -> leaf.used(KeyUsage.keyEncipherment)),
        wrong("not for clients", leaf -> leaf.only(KeyPurposeId.id_kp_serverAuth)),
        wrong("not for servers", leaf -> leaf.only(KeyPurposeId.id_kp_clientAuth)),
        wrong("over", leaf -> leaf.during(Ca.NOW.minusSeconds(60), Ca.NOW.minusSeconds(1))),
        wrong("not yet", leaf -> leaf.during(Ca.NOW.plusSeconds(60), ends)),
        wrong(
            "longer than its issuer",
            leaf -> leaf.during(Ca.NOW, Ca.NOW.plus(Duration.ofDays(101)))));
  }

  private static Arguments wrong(String what, UnaryOperator<OutsideCa.Leaf> change) {
    return Arguments.of(what, change);
  }

  @ParameterizedTest(name = "{0}")
  @MethodSource("wrong")
  void what_is_not_as_asked_for_is_not_handed_out(
      String what, UnaryOperator<OutsideCa.Leaf> change) {
    var before = registrar.log().last();
    answers = _ -> signed(change.apply(OutsideCa.good(KEYS.getPublic(), BILLING)));

    assertThat(issue(NAMED, Proof.By.CERTIFICATE, BILLING))
        .as(what)
        .isInstanceOf(Registrar.Result.Unsigned.class);
    assertThat(registrar.log().last()).isEqualTo(before);
  }

  @Test
  void what_leads_to_no_root_of_it_is_not_handed_out() {
    var stranger = new OutsideCa();
    answers =
        _ -> new Answer.Signed(List.of(stranger.sign(OutsideCa.good(KEYS.getPublic(), BILLING))));

    assertThat(issue(NAMED, Proof.By.CERTIFICATE, BILLING))
        .isInstanceOf(Registrar.Result.Unsigned.class);
  }

  @Test
  void away_and_busy_are_told_apart() {
    answers = _ -> new Answer.Failed("away");
    assertThat(issue(NAMED, Proof.By.CERTIFICATE, BILLING))
        .isEqualTo(new Registrar.Result.Unsigned("away"));

    answers = _ -> new Answer.Busy("50 a second");
    assertThat(issue(NAMED, Proof.By.CERTIFICATE, BILLING))
        .isEqualTo(new Registrar.Result.Busy("50 a second"));
  }

  @Test
  void whoever_is_banned_is_not_asked_for_and_a_ban_need_not_wait_for_it() throws Exception {
    answers =
        _ -> {
          try {
            registrar.ban(BILLING.toString(), "stolen", Ca.NOW);
          } catch (IOException unwritten) {
            throw new IllegalStateException(unwritten);
          }
          return signed(OutsideCa.good(KEYS.getPublic(), BILLING));
        };
    assertThat(issue(NAMED, Proof.By.CERTIFICATE, BILLING))
        .isInstanceOf(Registrar.Result.Banned.class);

    asked.clear();
    assertThat(issue(NAMED, Proof.By.CERTIFICATE, BILLING))
        .isInstanceOf(Registrar.Result.Banned.class);
    assertThat(asked).isEmpty();
  }
}
