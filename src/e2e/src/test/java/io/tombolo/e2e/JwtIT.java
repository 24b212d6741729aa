package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpServer;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.HttpCall;
import io.tombolo.testbed.Network;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.extension.ExtendWith;

/// Tokens in intentions, from entries in a real Consul to what a real Envoy lets through: it
/// decides as our evaluator does, given what the token holds.
///
/// `desk` is called by `clerk`. The keys of `okta` are in its entry, those of `corp` are fetched.
@Tag("intentions")
@ExtendWith(TwoWorldsExtension.class)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class JwtIT {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration PATIENCE = Duration.ofSeconds(30);
  private static final String OKTA = "https://okta.example";
  private static final String CORP = "https://corp.example";
  private static final String LAB = "https://lab.example";
  private static final String FETCHED = "http.inbound.jwt_authn.jwks_fetch_success";
  private static final String FAILED = "http.inbound.jwt_authn.jwks_fetch_failed";
  private static final int PORT = 8080;

  private final TwoWorlds worlds;
  private final TokenIssuer okta = TokenIssuer.rsa();
  private final TokenIssuer corp = TokenIssuer.ec();
  private final TokenIssuer stranger = TokenIssuer.rsa();
  private final List<AutoCloseable> opened = new ArrayList<>();
  private KeyServer keys;
  private Workload desk;
  private Workload clerk;
  private int writes;

  /// A request's token.
  ///
  /// @param headers that carry it
  /// @param query that carries it, with its `?`, or empty
  /// @param verified the claims that come of it, by provider
  private record Shown(
      Map<String, String> headers,
      String query,
      Map<String, Map<List<String>, List<String>>> verified) {}

  JwtIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @BeforeAll
  void start() throws Exception {
    var infra = worlds.topology().infra();
    keys = new KeyServer(infra, infra.address(Network.VMS));
    opened.add(keys);
    worlds.consul().protocol("desk", "http");
    var host = vm("desk");
    mirror(host);
    desk = begin("desk", host, List.of());
    clerk = begin("clerk", vm("clerk"), List.of("desk=127.0.0.1:9001"));
    worlds.consul().put("/v1/config", provider());
    worlds.consul().put("/v1/config", fetchedProvider("corp", CORP, keys));
    keys.serve(corp.jwks());
    write(permissions());
    Await.until(
        "the keys of corp are there",
        PATIENCE,
        () -> call("/either", Objects.requireNonNull(tokens().get("of the other"))).ok());
  }

  private Host vm(String name) throws Exception {
    var host = worlds.topology().host(name, Network.VMS);
    worlds.consul().vm(name, host, PORT);
    worlds.awaitService("consul/dc1/default/" + name);
    return host;
  }

  private Workload begin(String name, Host host, List<String> upstreams) throws Exception {
    var id = "consul/dc1/default/" + name;
    return worlds
        .start(
            worlds
                .plan(name, host, id + "-1", Network.VMS)
                .joining(worlds.controlPlane().token("service", id))
                .upstreams(upstreams)
                .plan())
        .awaitReady();
  }

  /// An application that answers with the headers that it got.
  private void mirror(Host host) throws Exception {
    var server =
        host.call(() ->
            HttpServer.create(new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), PORT), 64));
    server.createContext(
        "/",
        exchange -> {
          try (exchange) {
            var got = new HashMap<String, List<String>>();
            exchange
                .getRequestHeaders()
                .forEach((name, values) -> got.put(name.toLowerCase(Locale.ROOT), values));
            got.put(":path", List.of(exchange.getRequestURI().toString()));
            var body = JSON.writeValueAsBytes(got);
            exchange.sendResponseHeaders(200, body.length);
            exchange.getResponseBody().write(body);
          }
        });
    server.setExecutor(Executors.newVirtualThreadPerTaskExecutor());
    server.start();
    opened.add(() -> server.stop(0));
  }

  @AfterAll
  void stop() throws Exception {
    worlds.consul().deleteIntention("desk");
    worlds.consul().delete("/v1/config/jwt-provider/okta");
    worlds.consul().delete("/v1/config/jwt-provider/corp");
    worlds.consul().delete("/v1/config/service-defaults/desk");
    for (var workload : List.of(desk, clerk)) {
      worlds.end(workload);
      worlds.consul().deregister(workload.name() + "-1");
    }
    for (var part : opened) {
      part.close();
    }
  }

  private String provider() {
    return """
    {"Kind": "jwt-provider", "Name": "okta", "Issuer": "%s", "Audiences": ["desk"],
     "JSONWebKeySet": {"Local": {"JWKS": "%s"}},
     "Locations": [{"Header": {"Name": "Authorization", "ValuePrefix": "Bearer "}},
       {"QueryParam": {"Name": "token"}}, {"Cookie": {"Name": "session"}}],
     "Forwarding": {"HeaderName": "x-claims"}}
    """
        .formatted(
            OKTA, Base64.getEncoder().encodeToString(okta.jwks().getBytes(StandardCharsets.UTF_8)));
  }

  /// One whose keys are fetched anew each second, and whose token is in a header that is kept.
  private static String fetchedProvider(String name, String issuer, KeyServer keys)
      throws Exception {
    return """
    {"Kind": "jwt-provider", "Name": "%s", "Issuer": "%s",
     "JSONWebKeySet": {"Remote": {"URI": "%s", "RequestTimeoutMs": 2000, "CacheDuration": "6s",
       "JWKSCluster": {"TLSCertificates": {"TrustedCA": {"InlineString": %s}}}}},
     "Locations": [{"Header": {"Name": "x-%s-token", "Forward": true}}]}
    """
        .formatted(name, issuer, keys.uri(), JSON.writeValueAsString(keys.authority()), name);
  }

  /// @param jwt of the entry, or empty
  private String intention(String jwt, String source) {
    return """
    {"Kind": "service-intentions", "Name": "desk", %s "Sources": [{"Name": "clerk", %s}]}
    """
        .formatted(jwt.isEmpty() ? "" : "\"JWT\": " + jwt + ",", source);
  }

  private static String permission(String action, String path, String jwt) {
    return "{\"Action\": \"%s\", \"HTTP\": {\"PathPrefix\": \"%s\"}%s}"
        .formatted(action, path, jwt.isEmpty() ? "" : ", \"JWT\": " + jwt);
  }

  private static String asking(String... providers) {
    return "{\"Providers\": [%s]}".formatted(String.join(", ", providers));
  }

  private static String named(String name, String... claim) {
    return claim.length == 0
        ? "{\"Name\": \"%s\"}".formatted(name)
        : "{\"Name\": \"%s\", \"VerifyClaims\": [{\"Path\": [\"who\", \"role\"], \"Value\": \"%s\"}]}"
            .formatted(name, claim[0]);
  }

  private String permissions() {
    return intention(
        "",
        "\"Permissions\": ["
            + String.join(
                ", ",
                permission("allow", "/admin", asking(named("okta", "admin"))),
                permission("allow", "/either", asking(named("okta"), named("corp"))),
                permission("deny", "/open/secret", asking(named("okta", "guest"))),
                permission("allow", "/open", ""))
            + "]");
  }

  /// Has this and nothing else in force for calls to `desk`. A source that is nobody tells when it
  /// is known.
  private void write(String intention) {
    var nobody = "nobody-" + ++writes;
    worlds
        .consul()
        .put(
            "/v1/config",
            intention.replace(
                "\"Sources\": [",
                "\"Sources\": [{\"Name\": \"%s\", \"Action\": \"deny\"}, ".formatted(nobody)));
    Await.until(
        "the intention is known",
        PATIENCE,
        () ->
            TwoWorlds.list(worlds.controlPlane().get("intentions").path("intentions"))
                .anyMatch(known -> known.path("source").asText().equals(nobody)));
    var revision = worlds.controlPlane().get("intentions").path("revision").asLong();
    Await.until(
        "desk's proxy has it",
        PATIENCE,
        () ->
            TwoWorlds.list(worlds.controlPlane().get("proxies").path("proxies"))
                .filter(proxy -> proxy.path("node").asText().equals(desk.node()))
                .anyMatch(proxy -> proxy.path("applied").asLong() >= revision));
  }

  /// Waits until this is let through: a listener that verifies other tokens than before takes a
  /// moment, in which nobody is let in that should not be.
  private void awaitThrough(String path, Shown shown) {
    Await.until(path + " is let through", PATIENCE, () -> call(path, shown).ok());
  }

  /// @param more claims besides the usual ones, each with a comma before it
  private static String claims(String issuer, String audience, Duration left, String more) {
    var now = Instant.now().getEpochSecond();
    return "{\"iss\": \"%s\", \"aud\": \"%s\", \"sub\": \"clerk\", \"iat\": %d, \"exp\": %d%s}"
        .formatted(issuer, audience, now - 7200, now + left.toSeconds(), more);
  }

  private static String usual(String more) {
    return claims(OKTA, "desk", Duration.ofMinutes(10), more);
  }

  private static String role(String role) {
    return ", \"who\": {\"role\": %s}".formatted(role);
  }

  private static Shown bearer(String token, Map<String, Map<List<String>, List<String>>> verified) {
    return new Shown(Map.of("Authorization", "Bearer " + token), "", verified);
  }

  private static Map<String, Map<List<String>, List<String>>> verified(
      String provider, String issuer, String... roles) {
    var claims = new HashMap<List<String>, List<String>>();
    claims.put(List.of("iss"), List.of(issuer));
    if (roles.length > 0) {
      claims.put(List.of("who", "role"), List.of(roles));
    }
    return Map.of("consul/dc1/" + provider, claims);
  }

  private Map<String, Shown> tokens() {
    var tokens = new LinkedHashMap<String, Shown>();
    tokens.put("none", new Shown(Map.of(), "", Map.of()));
    tokens.put("plain", bearer(okta.sign(usual("")), verified("okta", OKTA)));
    tokens.put(
        "admin", bearer(okta.sign(usual(role("\"admin\""))), verified("okta", OKTA, "admin")));
    tokens.put(
        "admin in a list",
        bearer(
            okta.sign(usual(role("[\"staff\", \"admin\"]"))),
            verified("okta", OKTA, "staff", "admin")));
    tokens.put(
        "administrator",
        bearer(
            okta.sign(usual(role("\"administrator\""))), verified("okta", OKTA, "administrator")));
    tokens.put(
        "guest", bearer(okta.sign(usual(role("\"guest\""))), verified("okta", OKTA, "guest")));
    tokens.put("a number", bearer(okta.sign(usual(role("7"))), verified("okta", OKTA)));
    tokens.put("no iss", bearer(okta.sign("{\"aud\": \"desk\", \"exp\": 9999999999}"), Map.of()));
    tokens.put(
        "expired",
        bearer(
            okta.sign(claims(OKTA, "desk", Duration.ofMinutes(-10), role("\"admin\""))), Map.of()));
    tokens.put("not yet", bearer(okta.sign(usual(", \"nbf\": 9999999999")), Map.of()));
    tokens.put(
        "another issuer",
        bearer(
            okta.sign(claims(CORP, "desk", Duration.ofMinutes(10), role("\"admin\""))), Map.of()));
    tokens.put(
        "another audience",
        bearer(
            okta.sign(claims(OKTA, "till", Duration.ofMinutes(10), role("\"admin\""))), Map.of()));
    tokens.put("another key", bearer(stranger.sign(usual(role("\"admin\""))), Map.of()));
    tokens.put(
        "no signature",
        bearer(TokenIssuer.unsigned("none", usual(role("\"admin\""))) + ".", Map.of()));
    tokens.put("altered", bearer(altered(okta.sign(usual(role("\"guest\"")))), Map.of()));
    tokens.put("no token", bearer("hello", Map.of()));
    tokens.put(
        "in the query",
        new Shown(
            Map.of(),
            "?token=" + okta.sign(usual(role("\"admin\""))),
            verified("okta", OKTA, "admin")));
    tokens.put(
        "in a cookie",
        new Shown(
            Map.of("Cookie", "a=b; session=" + okta.sign(usual(role("\"admin\"")))),
            "",
            verified("okta", OKTA, "admin")));
    tokens.put(
        "where no token of it is looked for",
        new Shown(Map.of("x-corp-token", okta.sign(usual(role("\"admin\"")))), "", Map.of()));
    tokens.put(
        "of the other",
        new Shown(
            Map.of("x-corp-token", corp.sign(claims(CORP, "any", Duration.ofMinutes(10), ""))),
            "",
            verified("corp", CORP)));
    return tokens;
  }

  /// Other claims under its signature.
  private static String altered(String token) {
    var parts = token.split("\\.", -1);
    var claims = usual(role("\"admin\"")).getBytes(StandardCharsets.UTF_8);
    return parts[0] + "." + TokenIssuer.base64(claims) + "." + parts[2];
  }

  private HttpCall.Reply call(String path, Shown shown) {
    var call = HttpCall.get("http://127.0.0.1:9001" + path + shown.query());
    for (var header : shown.headers().entrySet()) {
      call = call.with(header.getKey(), header.getValue());
    }
    try {
      return clerk.host().http(call);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private InboundPolicy policy(String intention) throws Exception {
    var world =
        new io.tombolo.consul.ConsulWorld(
            new TrustDomain(TwoWorlds.TRUST_DOMAIN),
            SourceId.consul("dc1"),
            new Networks(Map.of("vms", List.of())),
            "vms");
    var service = new ServiceId(world.source(), "default", "desk");
    var port = new Port("", PORT, Protocol.HTTP);
    var catalog =
        Catalog.of(List.of(world.source()))
            .with(
                List.of(
                    new Fact.Registered(
                        new Service(
                            service,
                            List.of(port),
                            Set.of("desk"),
                            List.of(),
                            Map.of(),
                            true,
                            HttpProfile.STRICT)),
                    new Fact.Registered(world.intentions(JSON.readTree(intention))),
                    new Fact.Registered(world.jwtProvider(JSON.readTree(provider()))),
                    new Fact.Registered(
                        world.jwtProvider(JSON.readTree(fetchedProvider("corp", CORP, keys))))));
    var settings =
        new Mesh.Settings(
            world.trustDomain(),
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.EVERYTHING);
    return Objects.requireNonNull(Mesh.of(catalog, settings).policies().get(service)).at(port);
  }

  private static boolean decided(InboundPolicy policy, String path, Shown shown) {
    var caller =
        SpiffeId.consulService(new TrustDomain(TwoWorlds.TRUST_DOMAIN), "default", "dc1", "clerk");
    var http = new Request.Http("GET", path, Map.of(), shown.verified());
    return policy.decide(new Request(caller, PORT, http)).allowed();
  }

  /// Every token on every path: who gets through is who the evaluator says.
  private Set<String> through(String intention, List<String> paths) throws Exception {
    write(intention);
    var policy = policy(intention);
    var tokens = tokens();
    for (var token : tokens.values()) {
      paths.stream()
          .filter(path -> decided(policy, path, token))
          .forEach(path -> awaitThrough(path, token));
    }
    var through = new ArrayList<String>();
    for (var token : tokens.entrySet()) {
      for (var path : paths) {
        var reply = call(path, token.getValue());
        assertThat(reply.status())
            .as("%s with %s: %s", path, token.getKey(), reply.body())
            .isEqualTo(decided(policy, path, token.getValue()) ? 200 : 403);
        if (reply.ok()) {
          through.add(path + " " + token.getKey());
        }
      }
    }
    return Set.copyOf(through);
  }

  @Test
  void a_permission_takes_the_tokens_it_asks_for_and_no_others() throws Exception {
    var through =
        through(permissions(), List.of("/admin", "/either", "/open/secret", "/open", "/elsewhere"));

    var admins = List.of("admin", "admin in a list", "in the query", "in a cookie");
    var others = List.of("plain", "administrator", "guest", "a number");
    assertThat(through.stream().filter(one -> !one.startsWith("/open ")))
        .containsExactlyInAnyOrderElementsOf(
            List.of(
                    admins.stream().map("/admin "::concat),
                    admins.stream().map("/either "::concat),
                    others.stream().map("/either "::concat),
                    List.of("/either of the other").stream(),
                    admins.stream().map("/open/secret "::concat),
                    others.stream()
                        .filter(token -> !token.equals("guest"))
                        .map("/open/secret "::concat))
                .stream()
                .flatMap(all -> all)
                .toList());
    assertThat(through.stream().filter(one -> one.startsWith("/open "))).hasSize(tokens().size());
  }

  @Test
  void what_the_entry_asks_for_is_asked_of_every_request() throws Exception {
    var every = intention(asking(named("okta", "admin"), named("corp")), "\"Action\": \"allow\"");
    assertThat(through(every, List.of("/")))
        .containsExactlyInAnyOrder(
            "/ admin", "/ admin in a list", "/ in the query", "/ in a cookie", "/ of the other");

    var both =
        intention(
            asking(named("okta")),
            "\"Permissions\": [" + permission("allow", "/", asking(named("corp"))) + "]");
    assertThat(through(both, List.of("/"))).isEmpty();
    var first = Objects.requireNonNull(tokens().get("plain"));
    var second = Objects.requireNonNull(tokens().get("of the other"));
    var headers = new HashMap<>(first.headers());
    headers.putAll(second.headers());
    var claims = new HashMap<>(first.verified());
    claims.putAll(second.verified());
    var two = new Shown(headers, "", claims);
    assertThat(decided(policy(both), "/", two)).isTrue();
    awaitThrough("/", two);
  }

  @Test
  void while_keys_cannot_be_fetched_no_token_is_good_and_keys_that_were_fetched_are_kept()
      throws Exception {
    var infra = worlds.topology().infra();
    var lab = TokenIssuer.ec();
    try (var server = new KeyServer(infra, infra.address(Network.VMS))) {
      worlds.consul().put("/v1/config", fetchedProvider("lab", LAB, server));
      write(intention(asking(named("lab")), "\"Action\": \"allow\""));
      var token = lab.sign(claims(LAB, "any", Duration.ofMinutes(10), ""));
      var shown = new Shown(Map.of("x-lab-token", token), "", verified("lab", LAB));
      var failed = desk.stat(FAILED);
      Await.until(
          "fetching has failed several times",
          PATIENCE,
          () -> {
            assertThat(call("/", shown).status()).isEqualTo(403);
            return desk.stat(FAILED) > failed + 2;
          });
      var fetched = desk.stat(FETCHED);
      server.serve(stranger.jwks());
      Await.until("other keys are fetched", PATIENCE, () -> desk.stat(FETCHED) > fetched);
      assertThat(call("/", shown).status()).isEqualTo(403);

      server.serve(lab.jwks());
      Await.until("the token is good", PATIENCE, () -> call("/", shown).ok());

      server.stop();
      var again = desk.stat(FAILED);
      Await.until("fetching fails again", PATIENCE, () -> desk.stat(FAILED) > again + 2);
      assertThat(call("/", shown).status()).isEqualTo(200);

      server.serve(stranger.jwks());
      Await.until("the key is withdrawn", PATIENCE, () -> call("/", shown).status() == 403);
      worlds.consul().deleteIntention("desk");
      worlds.consul().delete("/v1/config/jwt-provider/lab");
    }
  }

  @Test
  void the_application_gets_claims_from_its_proxy_only_and_no_token() throws Exception {
    write(permissions());
    var claims = usual(role("\"admin\""));
    var token = okta.sign(claims);
    var encoded = TokenIssuer.base64(claims.getBytes(StandardCharsets.UTF_8));

    awaitThrough("/admin", bearer(token, Map.of()));
    var got = got("/admin", Map.of("Authorization", "Bearer " + token, "X-Claims", "forged"), "");
    assertThat(got).doesNotContainKey("authorization");
    assertThat(got.get("x-claims")).containsExactly(encoded);

    assertThat(got("/open", Map.of("X-Claims", "forged"), "")).doesNotContainKey("x-claims");
    assertThat(
            got("/open", Map.of("Authorization", "Bearer hello", "X-Claims", "forged"), "")
                .get("x-claims"))
        .isNull();
    assertThat(got("/admin", Map.of(), "?a=b&token=" + token).get(":path"))
        .containsExactly("/admin?a=b");
  }

  /// One good token must not open the door for another that the application might take for good.
  @Test
  void a_second_token_that_does_not_verify_spoils_the_first() throws Exception {
    write(permissions());
    var good = okta.sign(usual(role("\"admin\"")));
    var bad = stranger.sign(usual(role("\"admin\"")));
    awaitThrough("/admin", bearer(good, Map.of()));
    for (var two :
        List.of(
            new Shown(Map.of("Authorization", "Bearer " + good), "?token=" + bad, Map.of()),
            new Shown(Map.of("Authorization", "Bearer " + bad), "?token=" + good, Map.of()),
            new Shown(
                Map.of("Authorization", "Bearer " + bad, "Cookie", "session=" + good),
                "",
                Map.of()),
            new Shown(Map.of("Cookie", "session=" + good), "?token=" + bad, Map.of()))) {
      assertThat(call("/admin", two).status()).as(two.toString()).isEqualTo(403);
    }
  }

  private Map<String, List<String>> got(String path, Map<String, String> headers, String query)
      throws IOException {
    var reply = call(path, new Shown(headers, query, Map.of()));
    assertThat(reply.status()).as(reply.body()).isEqualTo(200);
    return JSON.readTree(reply.body()).properties().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey,
                entry -> TwoWorlds.list(entry.getValue()).map(JsonNode::asText).toList()));
  }

  @Test
  void an_entry_that_asks_for_a_provider_that_is_rejected_lets_nobody_in_and_says_so()
      throws Exception {
    worlds
        .consul()
        .put(
            "/v1/config",
            """
            {"Kind": "jwt-provider", "Name": "plain", "Issuer": "x",
             "JSONWebKeySet": {"Remote": {"URI": "http://keys.example/"}}}
            """);
    worlds.consul().put("/v1/config", intention(asking(named("plain")), "\"Action\": \"allow\""));
    Await.until(
        "both are told",
        PATIENCE,
        () ->
            worlds
                    .controlPlane()
                    .get("intentions")
                    .path("rejected")
                    .toString()
                    .contains("asks for tokens of plain, which is not in force")
                && worlds
                    .controlPlane()
                    .get("catalog")
                    .path("refused")
                    .toString()
                    .contains("jwt-provider plain: JSONWebKeySet.Remote.URI must be https"));
    worlds.awaitAllApplied();
    assertThat(call("/", Objects.requireNonNull(tokens().get("admin"))).status()).isEqualTo(403);
    worlds.consul().deleteIntention("desk");
    worlds.consul().delete("/v1/config/jwt-provider/plain");
  }
}
