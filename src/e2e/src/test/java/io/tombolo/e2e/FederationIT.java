package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.e2e.ForeignAuthority.Shown;
import io.tombolo.e2e.ForeignAuthority.Wanted;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.EchoServer;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.Network;
import io.tombolo.testbed.Scratch;
import io.tombolo.testbed.Topology;
import java.io.IOException;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.StreamSupport;
import javax.net.ssl.KeyManager;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.X509ExtendedKeyManager;
import javax.net.ssl.X509ExtendedTrustManager;
import org.bouncycastle.asn1.x509.KeyPurposeId;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Callers of other trust domains at a real Envoy, whose configuration and secrets are those that a
/// real control plane and a real agent give it. `partner.example` is federated with and one
/// identity of it is named by an intention; `other.example` is federated with and nobody of it is
/// named; `stranger.example` is not federated with.
@Tag("identity")
class FederationIT {
  private static final String CALLER = "spiffe://partner.example/ns/pay/sa/caller";
  private static final String OWN_WEB = "spiffe://tombolo.local/ns/shop/sa/web";
  private static final Duration SOON = Duration.ofSeconds(30);

  private enum Outcome {
    ALLOWED,
    /// By the rules, in an answer.
    FORBIDDEN,
    /// The connection was closed.
    CLOSED
  }

  private final ForeignAuthority partner = ForeignAuthority.root("partner.example");
  private final ForeignAuthority other = ForeignAuthority.root("other.example");
  private final ForeignAuthority stranger = ForeignAuthority.root("stranger.example");
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Path directory;
  private Topology topology;
  private ControlPlane controlPlane;
  private Workload api;
  private Workload web;

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  @BeforeEach
  void start() throws Exception {
    directory = keep(Scratch.named("federation")).path();
    topology = keep(Topology.open());
    var hosts =
        Map.of(
            "api", topology.host("api", Network.PODS), "web", topology.host("web", Network.PODS));
    var world = Files.createDirectories(directory.resolve("world/kubernetes/cluster-1"));
    for (var host : hosts.entrySet()) {
      Files.writeString(
          world.resolve(host.getKey() + ".yaml"),
          pod(host.getKey(), host.getValue().address(Network.PODS)));
    }
    Files.writeString(world.resolve("intentions.yaml"), INTENTION);
    Files.createDirectories(directory.resolve("world/consul/dc1"));
    controlPlane =
        keep(ControlPlane.start(topology.infra(), directory.resolve("state"), configuration()));
    controlPlane.awaitReady();
    api = workload("api", hosts, List.of());
    web = workload("web", hosts, List.of("api.shop:8080=127.0.0.1:9001"));
    api.awaitReady();
    web.awaitReady();
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private Map<String, String> configuration() throws Exception {
    var keys = new LinkedHashMap<String, String>();
    keys.put("tombolo.directory", directory.resolve("world").toString());
    for (var one : Map.of("partner.example", partner, "other.example", other).entrySet()) {
      var bundle =
          Files.writeString(directory.resolve(one.getKey() + ".pem"), one.getValue().pem());
      var key = "tombolo.federation.domains.\"%s\".".formatted(one.getKey());
      keys.put(key + "url", "https://127.0.0.1:1/");
      keys.put(key + "profile", "https_spiffe");
      keys.put(key + "endpoint-spiffe-id", "spiffe://" + one.getKey() + "/endpoint");
      keys.put(key + "bootstrap-bundle", bundle.toString());
    }
    return keys;
  }

  private Workload workload(String name, Map<String, Host> hosts, List<String> upstreams)
      throws Exception {
    var host = hosts.get(name);
    if (host == null) {
      throw new IllegalArgumentException(name);
    }
    keep(
        EchoServer.start(
            name, host, new EchoServer.Listen(host.address(Network.PODS), 8080, 8081, 8082)));
    var node = "kubernetes/cluster-1/shop/" + name + "-1";
    var at = topology.infra().address(Network.PODS) + ":" + ControlPlane.XDS_PORT;
    var plan =
        new PlanBuilder(name, host, node, at, controlPlane.bundle(), "pods")
            .joining(controlPlane.token("workload", node))
            .upstreams(upstreams)
            .plan();
    var workload = plan.start(directory);
    keep(workload.agent());
    return workload;
  }

  private static String pod(String name, String address) {
    return POD.replace("NAME", name).replace("ADDRESS", address);
  }

  private Map<String, Shown> allowed() {
    var between = partner.intermediate("intermediate of partner.example");
    var forServers = Wanted.id(CALLER).withPurposes(KeyPurposeId.id_kp_serverAuth);
    return Map.of(
        "the identity that is named",
        partner.sign(Wanted.id(CALLER)),
        "the same through an intermediate",
        between.sign(Wanted.id(CALLER)),
        // Envoy's SPIFFE validator does not look at what a certificate is for.
        "the same, for servers",
        partner.sign(forServers));
  }

  private Map<String, Shown> forbidden() {
    return Map.of(
        "another identity of the partner", partner.sign(Wanted.id("spiffe://partner.example/b")),
        "one below the named one", partner.sign(Wanted.id(CALLER + "/x")),
        "one above it", partner.sign(Wanted.id("spiffe://partner.example/ns/pay/sa")),
        "one that begins as it", partner.sign(Wanted.id(CALLER + "x")),
        "dots", partner.sign(Wanted.id("spiffe://partner.example/../tombolo.local/ns/shop/sa/web")),
        "our path in the partner's domain",
            partner.sign(Wanted.id("spiffe://partner.example/ns/shop/sa/web")));
  }

  private Map<String, Shown> closed() {
    var all = new LinkedHashMap<String, Shown>();
    var impostor = ForeignAuthority.root("partner.example");
    all.put("the partner signs for us", partner.sign(Wanted.id(OWN_WEB)));
    all.put(
        "the partner signs for our control plane",
        partner.sign(Wanted.id("spiffe://tombolo.local/tombolo/control-plane")));
    all.put(
        "an intermediate of the partner signs for us",
        partner.intermediate("between").sign(Wanted.id(OWN_WEB)));
    all.put("the partner signs for another", partner.sign(Wanted.id("spiffe://other.example/a")));
    all.put("another signs for the partner", other.sign(Wanted.id(CALLER)));
    all.put("a stranger signs for the partner", stranger.sign(Wanted.id(CALLER)));
    all.put("a stranger signs for us", stranger.sign(Wanted.id(OWN_WEB)));
    all.put("a stranger", stranger.sign(Wanted.id("spiffe://stranger.example/a")));
    all.put(
        "federated, nobody named",
        other.sign(Wanted.id("spiffe://other.example/ns/pay/sa/caller")));
    all.put("an authority of the same name", impostor.sign(Wanted.id(CALLER)));
    all.put("signed by itself", ForeignAuthority.selfSigned(Wanted.id(CALLER)));
    all.put("two names, the named one first", signed(partner, CALLER, OWN_WEB));
    all.put("two names, ours second", signed(partner, "spiffe://partner.example/b", OWN_WEB));
    all.put("two names, ours first", signed(partner, OWN_WEB, CALLER));
    all.put(
        "two names of another, ours second", signed(other, "spiffe://other.example/b", OWN_WEB));
    all.put(
        "two names of another, the partner's second",
        signed(other, "spiffe://other.example/b", CALLER));
    all.put(
        "our identity as a DNS name",
        partner.sign(
            Wanted.named(
                ForeignAuthority.uri("spiffe://partner.example/b"),
                ForeignAuthority.dns(OWN_WEB))));
    all.put(
        "the named identity as a DNS name",
        other.sign(
            Wanted.named(
                ForeignAuthority.uri("spiffe://other.example/b"), ForeignAuthority.dns(CALLER))));
    all.put("a DNS name only", partner.sign(Wanted.named(ForeignAuthority.dns("partner.example"))));
    all.put("no name", partner.sign(Wanted.named()));
    all.put("another scheme", partner.sign(Wanted.id("https://partner.example/ns/pay/sa/caller")));
    all.put("a trust domain alone", partner.sign(Wanted.id("spiffe://partner.example")));
    for (var domain :
        List.of(
            "partner.example.evil",
            "partner.exampl",
            "evil.partner.example",
            "PARTNER.example",
            "partner.example:443",
            "partner.example@tombolo.local",
            "tombolo.local@partner.example",
            "tombolo.local.evil",
            "")) {
      all.put(
          "signed for trust domain \"" + domain + "\"",
          partner.sign(Wanted.id("spiffe://" + domain + "/ns/pay/sa/caller")));
    }
    all.put("an authority", partner.sign(Wanted.id(CALLER).asAuthority()));
    all.put(
        "one that may sign certificates",
        partner.sign(
            Wanted.id(CALLER).withUsage(KeyUsage.digitalSignature | KeyUsage.keyCertSign)));
    all.put(
        "one that may sign revocation lists",
        partner.sign(Wanted.id(CALLER).withUsage(KeyUsage.digitalSignature | KeyUsage.cRLSign)));
    all.put(
        "expired",
        partner.sign(Wanted.id(CALLER).valid(Duration.ofHours(-2), Duration.ofMinutes(-1))));
    all.put(
        "not valid yet",
        partner.sign(Wanted.id(CALLER).valid(Duration.ofHours(1), Duration.ofHours(2))));
    return all;
  }

  private static Shown signed(ForeignAuthority by, String first, String second) {
    return by.sign(Wanted.named(ForeignAuthority.uri(first), ForeignAuthority.uri(second)));
  }

  @Test
  void nobody_of_another_trust_domain_is_let_in_but_whom_an_intention_names() throws Exception {
    var http = chain("8080");
    var tcp = chain("8082");
    Await.until(
        "the named caller is let in",
        SOON,
        () ->
            http(http, partner.sign(Wanted.id(CALLER))) == Outcome.ALLOWED
                && tcp(tcp, partner.sign(Wanted.id(CALLER))) == Outcome.ALLOWED);
    int cases = expect(allowed(), http, Outcome.ALLOWED, tcp, Outcome.ALLOWED);
    cases += expect(forbidden(), http, Outcome.FORBIDDEN, tcp, Outcome.CLOSED);
    cases += expect(closed(), http, Outcome.CLOSED, tcp, Outcome.CLOSED);
    assertThat(cases).isGreaterThanOrEqualTo(40);
    assertThat(call(http, null, "GET / HTTP/1.1\r\nHost: a\r\n\r\n")).isEmpty();

    try (var caller = Caller.freshHttp(web.host(), "127.0.0.1", 9001)) {
      assertThat(caller.call("hello").toString()).isNotEmpty();
    }
    // The listener without an intention for others has no roots of others.
    assertThat(web.envoy("/config_dump?include_eds")).doesNotContain("partner.example");
    assertThat(controlPlane.tombolo("federation"))
        .contains("partner.example", "other.example", "never fetched");
  }

  private int expect(
      Map<String, Shown> all, Chain http, Outcome overHttp, Chain tcp, Outcome overTcp)
      throws Exception {
    for (var one : all.entrySet()) {
      assertThat(http(http, one.getValue())).as("HTTP: " + one.getKey()).isEqualTo(overHttp);
      assertThat(tcp(tcp, one.getValue())).as("TCP: " + one.getKey()).isEqualTo(overTcp);
    }
    return all.size();
  }

  /// Where Envoy listens for a port of the service.
  private record Chain(int port, String sni) {}

  private Chain chain(String port) throws Exception {
    var dump = new ObjectMapper().readTree(api.envoy("/config_dump?resource=dynamic_listeners"));
    for (var config : dump.path("configs")) {
      var listener = config.path("active_state").path("listener");
      var found =
          StreamSupport.stream(listener.path("filter_chains").spliterator(), false)
              .filter(chain -> chain.path("name").asText().endsWith(":" + port))
              .findFirst();
      if (found.isPresent()) {
        return new Chain(
            listener.path("address").path("socket_address").path("port_value").asInt(),
            sni(found.get()));
      }
    }
    throw new IllegalStateException("no chain for port " + port + " in " + dump);
  }

  private static String sni(JsonNode chain) {
    return chain.path("filter_chain_match").path("server_names").path(0).asText();
  }

  private Outcome http(Chain chain, Shown shown) throws Exception {
    var answer = call(chain, shown, "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n");
    return answer.startsWith("HTTP/1.1 200")
        ? Outcome.ALLOWED
        : answer.startsWith("HTTP/1.1 403") ? Outcome.FORBIDDEN : Outcome.CLOSED;
  }

  private Outcome tcp(Chain chain, Shown shown) throws Exception {
    return call(chain, shown, "hello\n").contains("hello") ? Outcome.ALLOWED : Outcome.CLOSED;
  }

  /// The beginning of the answer; empty if there is none.
  private String call(Chain chain, @Nullable Shown shown, String said) throws Exception {
    var address = api.host().address(Network.PODS);
    try (var plain = web.host().call(() -> new Socket(address, chain.port));
        var socket =
            (SSLSocket)
                context(shown).getSocketFactory().createSocket(plain, address, chain.port, true)) {
      socket.setSoTimeout(10_000);
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(List.of(new SNIHostName(chain.sni)));
      socket.setSSLParameters(parameters);
      socket.getOutputStream().write(said.getBytes(StandardCharsets.US_ASCII));
      var answer = new byte[1024];
      int length = socket.getInputStream().read(answer);
      return length < 0 ? "" : new String(answer, 0, length, StandardCharsets.UTF_8);
    } catch (IOException closed) {
      return "";
    }
  }

  private static SSLContext context(@Nullable Shown shown) throws Exception {
    var context = SSLContext.getInstance("TLSv1.3");
    context.init(keys(shown), new TrustManager[] {new Anybody()}, null);
    return context;
  }

  private static KeyManager[] keys(@Nullable Shown shown) {
    if (shown == null) {
      return new KeyManager[0];
    }
    return new KeyManager[] {new AlwaysShown(shown)};
  }

  /// Whoever listens.
  private static final class Anybody extends X509ExtendedTrustManager {
    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkClientTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, Socket socket) {}

    @Override
    public void checkServerTrusted(X509Certificate[] chain, String kind, SSLEngine engine) {}

    @Override
    public X509Certificate[] getAcceptedIssuers() {
      return new X509Certificate[0];
    }
  }

  /// Shows its certificate whatever the server asks for. Java would look for one that fits.
  private static final class AlwaysShown extends X509ExtendedKeyManager {
    private final Shown shown;

    AlwaysShown(Shown shown) {
      this.shown = shown;
    }

    @Override
    public String chooseClientAlias(String[] kinds, Principal[] issuers, Socket socket) {
      return "own";
    }

    @Override
    public X509Certificate[] getCertificateChain(String alias) {
      return shown.chain().toArray(X509Certificate[]::new);
    }

    @Override
    public PrivateKey getPrivateKey(String alias) {
      return shown.keys().getPrivate();
    }

    @Override
    public String[] getClientAliases(String kind, Principal[] issuers) {
      return new String[] {"own"};
    }

    @Override
    public String[] getServerAliases(String kind, Principal[] issuers) {
      return new String[0];
    }

    @Override
    public String chooseServerAlias(String kind, Principal[] issuers, Socket socket) {
      throw new IllegalStateException("this is a client");
    }
  }

  private static final String INTENTION =
      """
      apiVersion: mesh.tombolo.io/v1alpha1
      kind: Intention
      metadata:
        name: api
        namespace: shop
      spec:
        destination:
          name: api
        sources:
          - spiffeId: %s
            action: allow
          - name: web
            action: allow
      """
          .formatted(CALLER);

  private static final String POD =
      """
      apiVersion: v1
      kind: Service
      metadata:
        name: NAME
        namespace: shop
      spec:
        selector:
          app: NAME
        ports:
          - name: http
            port: 8080
            appProtocol: http
          - name: tcp
            port: 8082
      ---
      apiVersion: v1
      kind: Pod
      metadata:
        name: NAME-1
        namespace: shop
        labels:
          app: NAME
      spec:
        serviceAccountName: NAME
      status:
        phase: Running
        podIP: ADDRESS
        podIPs:
          - ip: ADDRESS
      ---
      apiVersion: discovery.k8s.io/v1
      kind: EndpointSlice
      metadata:
        name: NAME-1
        namespace: shop
        labels:
          kubernetes.io/service-name: NAME
      addressType: IPv4
      ports:
        - name: http
          port: 8080
          protocol: TCP
          appProtocol: http
        - name: tcp
          port: 8082
          protocol: TCP
      endpoints:
        - addresses: ["ADDRESS"]
          conditions:
            ready: true
            serving: true
            terminating: false
          targetRef:
            kind: Pod
            name: NAME-1
            namespace: shop
          zone: zone-a
      """;
}
