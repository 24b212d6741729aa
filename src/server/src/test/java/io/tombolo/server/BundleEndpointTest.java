package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.identity.Pem;
import io.tombolo.mesh.identity.Pinned;
import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.federation.BundleFormat;
import io.tombolo.server.federation.Mint;
import java.io.IOException;
import java.net.InetAddress;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import org.bouncycastle.asn1.x509.GeneralName;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// SPIFFE Federation, section 5, of a server; and two control planes that federate.
@Tag("identity")
class BundleEndpointTest {
  private static final Map<String, String> OPEN =
      Map.of(
          "tombolo.federation.endpoint.address", "127.0.0.1",
          "tombolo.federation.endpoint.port", "0");

  private final List<ControlPlane> started = new ArrayList<>();
  @TempDir private Path directory;

  @AfterEach
  void close() {
    started.forEach(ControlPlane::close);
  }

  /// Not started: its ports are open, and nothing but the test changes its roots or fetches
  /// bundles.
  private ControlPlane controlPlane(String domain, List<Map<String, String>> keys)
      throws IOException {
    var all = new HashMap<String, String>();
    all.put("tombolo.trust-domain", domain);
    keys.forEach(all::putAll);
    var controlPlane = Configured.controlPlane(directory.resolve(domain), all);
    started.add(controlPlane);
    return controlPlane;
  }

  private static int port(ControlPlane of) {
    return of.bundlePort().orElseThrow().port();
  }

  private SSLContext trusting(Path bundle) throws Exception {
    var context = SSLContext.getInstance("TLS");
    context.init(null, new TrustManager[] {new Pinned(bundle)}, null);
    return context;
  }

  private SSLContext trusting(String domain) throws Exception {
    return trusting(directory.resolve(domain).resolve("bundle.pem"));
  }

  private HttpResponse<byte[]> send(String domain, ControlPlane to, String method, String path)
      throws Exception {
    try (var client = HttpClient.newBuilder().sslContext(trusting(domain)).build()) {
      var request =
          HttpRequest.newBuilder(URI.create("https://127.0.0.1:" + port(to) + path))
              .method(method, HttpRequest.BodyPublishers.noBody())
              .build();
      return client.send(request, HttpResponse.BodyHandlers.ofByteArray());
    }
  }

  @Test
  void get_has_the_newest_bundle_in_utf8_json_without_authentication() throws Exception {
    var one = controlPlane("one.example", List.of(OPEN));
    var answer = send("one.example", one, "GET", "/");
    assertThat(answer.statusCode()).isEqualTo(200);
    assertThat(answer.headers().firstValue("content-type")).contains("application/json");
    var read = BundleFormat.read(new TrustDomain("one.example"), answer.body());
    assertThat(read.bundle()).isEqualTo(one.admin().trust().trust().own());
    assertThat(read.refreshHint()).isPresent();

    var roots = new ArrayList<>(read.bundle().roots());
    roots.add(Mint.of("one.example").root());
    one.admin().trust().roots(roots, Instant.now());
    var next = send("one.example", one, "GET", "/");
    var newer = BundleFormat.read(new TrustDomain("one.example"), next.body()).bundle();
    assertThat(newer.roots()).hasSize(2);
    assertThat(newer.sequence()).isGreaterThan(read.bundle().sequence());
  }

  @Test
  void only_get_of_the_one_path_is_answered() throws Exception {
    var one = controlPlane("one.example", List.of(OPEN));
    for (var method : List.of("POST", "PUT", "DELETE", "HEAD", "OPTIONS")) {
      var answer = send("one.example", one, method, "/");
      assertThat(answer.statusCode()).as(method).isEqualTo(405);
      assertThat(answer.headers().firstValue("allow")).contains("GET");
    }
    for (var path : List.of("/v1/status", "/bundle.pem", "//", "/../ca")) {
      assertThat(send("one.example", one, "GET", path).statusCode()).as(path).isEqualTo(404);
    }
  }

  @Test
  void it_is_not_open_unless_it_is_configured() throws Exception {
    assertThat(controlPlane("one.example", List.of()).bundlePort()).isEmpty();
  }

  @Test
  void it_speaks_tls_1_3_only_shows_the_own_svid_and_sends_no_session_ticket() throws Exception {
    var one = controlPlane("one.example", List.of(OPEN));
    var context = trusting("one.example");
    try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port(one))) {
      socket
          .getOutputStream()
          .write("GET / HTTP/1.1\r\nHost: a\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(socket.getInputStream().readAllBytes(), StandardCharsets.UTF_8))
          .startsWith("HTTP/1.1 200");
      assertThat(socket.getSession().getProtocol()).isEqualTo("TLSv1.3");
      var leaf = (X509Certificate) socket.getSession().getPeerCertificates()[0];
      assertThat(leaf.getSubjectAlternativeNames().toString())
          .contains("spiffe://one.example/tombolo/control-plane");
    }
    assertThat(begunAgain(context, port(one))).isTrue();

    try (var old = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port(one))) {
      old.setEnabledProtocols(new String[] {"TLSv1.2"});
      assertThatThrownBy(old::startHandshake).isInstanceOf(SSLException.class);
    }
    try (var plain = new Socket(InetAddress.getLoopbackAddress(), port(one))) {
      plain.getOutputStream().write("GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII));
      assertThat(new String(plain.getInputStream().readAllBytes(), StandardCharsets.ISO_8859_1))
          .doesNotContain("HTTP");
    }
  }

  /// Is the session of a second connection another one? One that is resumed keeps its time.
  private static boolean begunAgain(SSLContext context, int port) throws IOException {
    var times = new HashSet<Long>();
    for (int i = 0; i < 2; i++) {
      try (var socket = (SSLSocket) context.getSocketFactory().createSocket("127.0.0.1", port)) {
        var request = "GET / HTTP/1.1\r\nHost: a\r\n\r\n";
        socket.getOutputStream().write(request.getBytes(StandardCharsets.US_ASCII));
        assertThat(socket.getInputStream().readAllBytes()).isNotEmpty();
        times.add(socket.getSession().getCreationTime());
      }
    }
    return times.size() == 2;
  }

  @Test
  void a_web_endpoint_shows_its_certificate_and_takes_up_a_renewed_one() throws Exception {
    var mint = Mint.of("web.example");
    var files = new WebFiles(directory.resolve("web.crt"), directory.resolve("web.key"));
    var name = new GeneralName(GeneralName.iPAddress, "127.0.0.1");
    write(files, mint.leaf(name));
    var one =
        controlPlane(
            "one.example",
            List.of(
                OPEN,
                Map.of(
                    "tombolo.federation.endpoint.profile", "https_web",
                    "tombolo.federation.endpoint.certificate", files.certificate().toString(),
                    "tombolo.federation.endpoint.key", files.key().toString())));
    var two =
        controlPlane(
            "two.example",
            List.of(
                Map.of(
                    "tombolo.federation.domains.\"one.example\".url",
                    "https://127.0.0.1:" + port(one) + "/",
                    "tombolo.federation.domains.\"one.example\".profile",
                    "https_web",
                    "tombolo.federation.domains.\"one.example\".ca",
                    Files.writeString(directory.resolve("web-ca.pem"), Pem.of(List.of(mint.root())))
                        .toString())));
    poll(two, "one.example");
    assertThat(known(two)).containsExactly(one.admin().trust().trust().own());

    var renewed = mint.leaf(name);
    write(files, renewed);
    Files.setLastModifiedTime(files.key(), FileTime.from(Instant.now().plusSeconds(5)));
    assertThat(shown(port(one), mint)).isEqualTo(renewed.certificate());
    Files.writeString(files.key(), "nothing");
    assertThat(shown(port(one), mint)).isEqualTo(renewed.certificate());
  }

  private record WebFiles(Path certificate, Path key) {}

  private static void write(WebFiles files, Mint.Leaf leaf) throws IOException {
    Files.writeString(files.certificate(), Pem.of(List.of(leaf.certificate())));
    Files.writeString(
        files.key(),
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(
                Base64.getMimeEncoder().encodeToString(leaf.keys().getPrivate().getEncoded())));
  }

  private Certificate shown(int port, Mint mint) throws Exception {
    var roots = Files.writeString(directory.resolve("roots.pem"), Pem.of(List.of(mint.root())));
    try (var socket =
        (SSLSocket) trusting(roots).getSocketFactory().createSocket("127.0.0.1", port)) {
      socket.startHandshake();
      return socket.getSession().getPeerCertificates()[0];
    }
  }

  private static Map<String, String> partner(String domain, int port, Path bootstrap) {
    var key = "tombolo.federation.domains.\"%s\".".formatted(domain);
    return Map.of(
        key + "url",
        "https://127.0.0.1:" + port + "/",
        key + "profile",
        "https_spiffe",
        key + "endpoint-spiffe-id",
        "spiffe://" + domain + "/tombolo/control-plane",
        key + "bootstrap-bundle",
        bootstrap.toString());
  }

  private static void poll(ControlPlane at, String domain) throws Exception {
    at.admin().federation().poll(new TrustDomain(domain));
    assertThat(at.admin().federation().standings().getFirst().trouble()).isEmpty();
  }

  private static List<TrustBundle> known(ControlPlane to) {
    return to.admin().trust().trust().federated();
  }

  @Test
  void two_control_planes_federate_and_each_follows_the_roots_of_the_other() throws Exception {
    var first = controlPlane("one.example", List.of(OPEN));
    var pemOfOne = directory.resolve("one.example/bundle.pem");
    var two =
        controlPlane("two.example", List.of(OPEN, partner("one.example", port(first), pemOfOne)));
    int portOfOne = port(first);
    started.remove(first);
    first.close();
    var one =
        controlPlane(
            "one.example",
            List.of(
                Map.of(
                    "tombolo.federation.endpoint.address",
                    "127.0.0.1",
                    "tombolo.federation.endpoint.port",
                    Integer.toString(portOfOne)),
                partner("two.example", port(two), directory.resolve("two.example/bundle.pem"))));
    poll(one, "two.example");
    poll(two, "one.example");
    assertThat(known(one)).containsExactly(two.admin().trust().trust().own());
    assertThat(known(two)).containsExactly(one.admin().trust().trust().own());

    var roots = new ArrayList<>(one.admin().trust().trust().own().roots());
    roots.add(Mint.of("one.example").root());
    one.admin().trust().roots(roots, Instant.now());
    poll(two, "one.example");
    assertThat(known(two)).containsExactly(one.admin().trust().trust().own());
    assertThat(known(two).getFirst().roots()).hasSize(2);
    assertThat(known(one)).containsExactly(two.admin().trust().trust().own());

    one.admin().trust().roots(roots.subList(0, 1), Instant.now());
    poll(two, "one.example");
    assertThat(known(two).getFirst().roots()).isEqualTo(roots.subList(0, 1));
  }

  @Test
  void what_is_wrong_in_the_configuration_is_named() throws Exception {
    var bundle = directory.resolve("partner.pem");
    Files.writeString(bundle, Pem.of(List.of(Mint.of("p.example").root())));
    var right = partner("p.example", 1, bundle);
    var key = "tombolo.federation.domains.\"p.example\".";
    wrong("is the mesh's own trust domain", partner("one.example", 1, bundle));
    wrong("bootstrap-bundle: missing", without(right, key + "bootstrap-bundle"));
    wrong("endpoint-spiffe-id: missing", without(right, key + "endpoint-spiffe-id"));
    wrong("profile: must be https_spiffe or https_web", with(right, key + "profile", "http"));
    wrong("url: must be https", with(right, key + "url", "http://a/"));
    wrong("endpoint-spiffe-id: is for", with(right, key + "profile", "https_web"));
    wrong("ca: is for the profile https_web", with(right, key + "ca", "x"));
    wrong(
        "configure that one too",
        without(
            with(right, key + "endpoint-spiffe-id", "spiffe://other.example/a"),
            key + "bootstrap-bundle"));
    wrong("cannot be used (not readable)", with(right, key + "bootstrap-bundle", "/nowhere"));
    wrong(
        "endpoint.certificate and .key: both are needed",
        with(OPEN, "tombolo.federation.endpoint.profile", "https_web"));
  }

  private static Map<String, String> with(Map<String, String> keys, String key, String value) {
    var changed = new HashMap<>(keys);
    changed.put(key, value);
    return changed;
  }

  private static Map<String, String> without(Map<String, String> keys, String key) {
    var changed = new HashMap<>(keys);
    changed.remove(key);
    return changed;
  }

  private void wrong(String why, Map<String, String> keys) {
    var all = new HashMap<>(keys);
    all.put("tombolo.trust-domain", "one.example");
    var state = directory.resolve("wrong-" + why.hashCode());
    assertThatThrownBy(() -> Configured.controlPlane(state, all))
        .isInstanceOf(IllegalArgumentException.class)
        .hasMessageContaining("tombolo.federation.")
        .hasMessageContaining(why);
  }

  @Test
  void the_document_is_what_the_specification_has() throws Exception {
    var one = controlPlane("one.example", List.of(OPEN));
    var set = new ObjectMapper().readTree(send("one.example", one, "GET", "/").body());
    assertThat(set.path("spiffe_sequence").isIntegralNumber()).isTrue();
    assertThat(set.path("spiffe_refresh_hint").asLong()).isEqualTo(300);
    assertThat(set.path("keys")).isNotEmpty();
  }
}
