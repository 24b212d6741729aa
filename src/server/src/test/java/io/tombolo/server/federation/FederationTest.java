package io.tombolo.server.federation;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.identity.Pem;
import io.tombolo.identity.TrustStore;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SPIFFE Federation, sections 4 to 7, of a client of bundle endpoints.
@Tag("identity")
class FederationTest {
  private static final TrustDomain OWN = new TrustDomain("own.example");
  private static final TrustDomain PARTNER = new TrustDomain("partner.example");
  private static final SpiffeId ENDPOINT = SpiffeId.parse("spiffe://partner.example/endpoint");

  private final Mint own = Mint.of("own.example");
  private final Mint partner = Mint.of("partner.example");
  private final List<AutoCloseable> opened = new ArrayList<>();
  @TempDir private Path directory;

  @AfterEach
  void close() throws Exception {
    for (var one : opened) {
      one.close();
    }
  }

  private TrustStore store() throws IOException {
    return TrustStore.open(
        directory.resolve("trust"), OWN, own.roots(), Instant.parse("2026-11-24T00:00:00Z"));
  }

  private FakeEndpoint endpoint(Mint.Leaf shown) throws Exception {
    var endpoint = new FakeEndpoint(shown);
    opened.add(endpoint);
    return endpoint;
  }

  private FakeEndpoint endpoint() throws Exception {
    return endpoint(partner.leaf(ENDPOINT.toString()));
  }

  private Path bootstrap() throws IOException {
    var file = directory.resolve("partner.pem");
    return Files.writeString(file, Pem.of(partner.roots()));
  }

  private Relation spiffe(String url) throws IOException {
    return new Relation(
        PARTNER, URI.create(url), new Relation.Profile.Spiffe(ENDPOINT, Optional.of(bootstrap())));
  }

  private Relation web(String url, Mint authority) throws IOException {
    var file = directory.resolve("web.pem");
    Files.writeString(file, Pem.of(authority.roots()));
    return new Relation(PARTNER, URI.create(url), new Relation.Profile.Web(Optional.of(file)));
  }

  private Federation open(TrustStore store, Relation... relations) throws IOException {
    var federation =
        Federation.open(directory.resolve("federation"), store, List.of(relations), Instant::now);
    opened.add(federation);
    return federation;
  }

  private static FakeEndpoint.Answer bundle(long sequence, Mint... mints) {
    var roots = List.of(mints).stream().map(Mint::root).toList();
    var bundle = TrustBundle.of(PARTNER, sequence, roots);
    return FakeEndpoint.Answer.of(BundleFormat.write(bundle, Duration.ofMinutes(5)));
  }

  private static Standing only(Federation federation) {
    assertThat(federation.standings()).hasSize(1);
    return federation.standings().getFirst();
  }

  private static long sequence(Federation federation) {
    return only(federation).bundle().orElseThrow().sequence();
  }

  private static String trouble(Federation federation) {
    return only(federation).trouble().orElse("none");
  }

  @Test
  void the_bundle_to_begin_with_is_in_force_before_anything_is_fetched() throws Exception {
    var store = store();
    var federation = open(store, spiffe("https://127.0.0.1:1/"));
    assertThat(store.trust().federated())
        .containsExactly(TrustBundle.of(PARTNER, 0, partner.roots()));
    assertThat(only(federation).fetched()).isEmpty();
  }

  @Test
  void what_is_fetched_is_stored_under_its_trust_domain_and_validates_the_next_fetch()
      throws Exception {
    var next = Mint.of("partner.example");
    var store = store();
    var first = endpoint();
    first.answers(bundle(5, next));
    var federation = open(store, spiffe(first.url()));
    federation.poll(PARTNER);
    assertThat(trouble(federation)).isEqualTo("none");
    assertThat(store.trust().federated()).containsExactly(TrustBundle.of(PARTNER, 5, next.roots()));
    assertThat(store.trust().own().roots()).isEqualTo(own.roots());

    first.answers(bundle(6, partner, next));
    federation.poll(PARTNER);
    assertThat(trouble(federation)).contains("does not lead to a root of the bundle");
    assertThat(sequence(federation)).isEqualTo(5);

    var rotated = endpoint(next.leaf(ENDPOINT.toString()));
    rotated.answers(bundle(7, next));
    var restarted = open(store(), spiffe(rotated.url()));
    assertThat(sequence(restarted)).isEqualTo(5);
    restarted.poll(PARTNER);
    assertThat(sequence(restarted)).isEqualTo(7);
  }

  @Test
  void an_endpoint_that_is_not_the_configured_identity_is_refused() throws Exception {
    var evil = Mint.of("partner.example");
    var wrong =
        List.of(
            evil.leaf(ENDPOINT.toString()),
            partner.leaf("spiffe://partner.example/other"),
            partner.leaf("spiffe://own.example/endpoint"),
            partner.leaf(new GeneralName(GeneralName.dNSName, "localhost")),
            partner.leaf(Mint.uri(ENDPOINT.toString()), Mint.uri("spiffe://partner.example/b")),
            partner.leafThatIsAnAuthority(ENDPOINT.toString()));
    for (var shown : wrong) {
      var endpoint = endpoint(shown);
      endpoint.answers(bundle(9, evil));
      var federation = open(store(), spiffe(endpoint.url()));
      federation.poll(PARTNER);
      assertThat(sequence(federation)).isZero();
      assertThat(trouble(federation)).isNotEqualTo("none");
      assertThat(endpoint.asked()).isZero();
    }
  }

  @Test
  void whom_to_trust_at_first_is_never_taken_from_the_network() throws Exception {
    assertThatThrownBy(() ->
            new Relation(
                PARTNER,
                URI.create("https://a/"),
                new Relation.Profile.Spiffe(ENDPOINT, Optional.empty())))
        .hasMessageContaining("bootstrap-bundle: missing");
  }

  @Test
  void the_sequence_never_goes_back() throws Exception {
    var endpoint = endpoint();
    var federation = open(store(), spiffe(endpoint.url()));
    var other = Mint.of("partner.example");
    endpoint.answers(bundle(8, partner));
    federation.poll(PARTNER);
    for (long older : List.of(7L, 0L)) {
      endpoint.answers(bundle(older, partner, other));
      federation.poll(PARTNER);
      assertThat(trouble(federation)).contains("went back from 8 to " + older);
    }
    endpoint.answers(bundle(8, partner, other));
    federation.poll(PARTNER);
    assertThat(trouble(federation)).contains("is still 8");
    assertThat(sequence(federation)).isEqualTo(8);

    var restarted = open(store(), spiffe(endpoint.url()));
    endpoint.answers(bundle(7, partner));
    restarted.poll(PARTNER);
    assertThat(sequence(restarted)).isEqualTo(8);
    endpoint.answers(bundle(9, partner, other));
    restarted.poll(PARTNER);
    assertThat(trouble(restarted)).isEqualTo("none");
    assertThat(sequence(restarted)).isEqualTo(9);
  }

  @Test
  void without_sequences_what_was_fetched_last_is_in_force() throws Exception {
    var other = Mint.of("partner.example");
    var endpoint = endpoint();
    var federation = open(store(), spiffe(endpoint.url()));
    endpoint.answers(bundle(0, partner, other));
    federation.poll(PARTNER);
    assertThat(only(federation).bundle().orElseThrow().roots()).hasSize(2);
  }

  @Test
  void redirects_and_errors_and_what_is_no_bundle_keep_the_last_good() throws Exception {
    var elsewhere = endpoint();
    elsewhere.answers(bundle(9, partner));
    var endpoint = endpoint();
    endpoint.answers(bundle(3, partner));
    var federation = open(store(), spiffe(endpoint.url()));
    federation.poll(PARTNER);
    var fetched = only(federation).fetched();
    assertThat(fetched).isPresent();
    var bad =
        Map.of(
            new FakeEndpoint.Answer(302, Map.of("Location", elsewhere.url()), ""),
            "redirects are not followed",
            new FakeEndpoint.Answer(500, Map.of(), "1"),
            "answers 500",
            FakeEndpoint.Answer.of("<html>".getBytes(StandardCharsets.UTF_8)),
            "not JSON",
            FakeEndpoint.Answer.of(new byte[BundleFormat.MOST_BYTES + 1]),
            "");
    for (var one : bad.entrySet()) {
      endpoint.answers(one.getKey());
      federation.poll(PARTNER);
      assertThat(trouble(federation)).isNotEqualTo("none").contains(one.getValue());
      assertThat(sequence(federation)).isEqualTo(3);
      assertThat(only(federation).fetched()).isEqualTo(fetched);
    }
    assertThat(elsewhere.asked()).isZero();
    endpoint.close();
    federation.poll(PARTNER);
    assertThat(sequence(federation)).isEqualTo(3);
  }

  @Test
  void a_bundle_of_another_trust_domain_is_not_taken() throws Exception {
    var endpoint = endpoint();
    var federation = open(store(), spiffe(endpoint.url()));
    for (var mint : List.of(own, Mint.of("other.example"))) {
      endpoint.answers(bundle(4, mint));
      federation.poll(PARTNER);
      assertThat(trouble(federation)).contains("not of trust domain partner.example");
      assertThat(sequence(federation)).isZero();
    }
  }

  /// The root does not say of which trust domain it is, and is ours.
  @Test
  void no_root_is_of_two_trust_domains() throws Exception {
    var store =
        TrustStore.open(
            directory.resolve("shared"),
            OWN,
            partner.roots(),
            Instant.parse("2026-11-24T00:00:00Z"));
    assertThatThrownBy(() -> open(store, spiffe("https://127.0.0.1:1/")))
        .hasMessageContaining("is one of trust domain own.example as well");
  }

  @Test
  void a_web_endpoint_is_known_by_its_host_name() throws Exception {
    var web = Mint.of("web.example");
    var rightly = endpoint(web.leaf(new GeneralName(GeneralName.iPAddress, "127.0.0.1")));
    rightly.answers(bundle(2, partner));
    var federation = open(store(), web(rightly.url(), web));
    assertThat(only(federation).bundle()).isEmpty();
    federation.poll(PARTNER);
    assertThat(trouble(federation)).isEqualTo("none");
    assertThat(sequence(federation)).isEqualTo(2);

    for (var shown :
        List.of(
            web.leaf(new GeneralName(GeneralName.dNSName, "other.example")),
            web.leaf(ENDPOINT.toString()),
            Mint.of("web.example").leaf(new GeneralName(GeneralName.iPAddress, "127.0.0.1")))) {
      var wrong = endpoint(shown);
      wrong.answers(bundle(3, partner));
      var other = open(store(), web(wrong.url(), web));
      other.poll(PARTNER);
      assertThat(trouble(other)).isNotEqualTo("none");
      assertThat(sequence(other)).isEqualTo(2);
    }
  }

  @Test
  void a_relation_that_ends_takes_its_bundle_along() throws Exception {
    var endpoint = endpoint();
    endpoint.answers(bundle(8, partner));
    open(store(), spiffe(endpoint.url())).poll(PARTNER);
    var file = directory.resolve("federation/partner.example.json");
    assertThat(file).exists();
    var store = store();
    assertThat(open(store).standings()).isEmpty();
    assertThat(store.trust().federated()).isEmpty();
    assertThat(file).doesNotExist();
  }

  @Test
  void a_bundle_that_somebody_put_under_another_name_is_not_read() throws Exception {
    var endpoint = endpoint();
    endpoint.answers(bundle(8, partner));
    open(store(), spiffe(endpoint.url())).poll(PARTNER);
    var kept = directory.resolve("federation/partner.example.json");
    Files.move(kept, directory.resolve("federation/other.example.json"));
    var other =
        new Relation(
            new TrustDomain("other.example"),
            URI.create("https://127.0.0.1:1/"),
            new Relation.Profile.Web(Optional.empty()));
    assertThatThrownBy(() -> open(store(), other))
        .hasMessageContaining("other.example.json is not a file that Tombolo wrote");
  }

  @Test
  void an_endpoint_is_https_without_a_user() {
    for (var url :
        List.of("http://a/", "https://u@a/", "https://u:p@a/", "https:///x", "a", "https://a/#b")) {
      assertThatThrownBy(() ->
              new Relation(PARTNER, URI.create(url), new Relation.Profile.Web(Optional.empty())))
          .as(url)
          .isInstanceOf(IllegalArgumentException.class)
          .hasMessageContaining("url: ");
    }
  }
}
