package io.tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class CommandsTest {
  private static final String STATUS =
      """
      {"version": "1", "trustDomain": "shop.example", "revision": 7, "ready": true, "proxies": 2,
       "services": 4, "endpoints": 5, "refused": 0,
       "sources": [{"id": "consul/dc1", "state": "stale", "since": "2026-01-01T00:00:00Z",
                    "why": "connection refused"}]}
      """;

  private final FakeControlPlane controlPlane;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path state = Path.of("");

  CommandsTest() throws IOException {
    controlPlane = new FakeControlPlane();
  }

  @BeforeEach
  void a_token() throws IOException {
    Files.writeString(state.resolve("admin.token"), FakeControlPlane.TOKEN + "\n");
  }

  @AfterEach
  void close() {
    controlPlane.close();
  }

  private int tombolo(String... arguments) {
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(arguments);
  }

  private int ask(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(List.of("--url", controlPlane.url().toString(), "--state", state.toString()));
    return tombolo(all.toArray(String[]::new));
  }

  @Test
  void status_shows_how_current_each_source_is() {
    controlPlane.answering("/v1/status", STATUS);

    assertThat(ask("status")).isZero();
    assertThat(out.toString())
        .contains("trust domain shop.example: ready, revision 7")
        .containsPattern("consul/dc1 +stale +2026-01-01T00:00:00Z +connection refused");
  }

  @Test
  void json_prints_the_answer_as_it_came() {
    controlPlane.answering("/v1/status", STATUS);

    assertThat(ask("status", "--json")).isZero();
    assertThat(out.toString()).startsWith("{").contains("\"trustDomain\" : \"shop.example\"");
  }

  @Test
  void catalog_shows_services_and_what_was_not_let_in() {
    controlPlane.answering(
        "/v1/catalog",
        """
        {"revision": 1, "services": [{"id": "consul/dc1/default/billing", "httpProfile": "relaxed",
           "ports": [{"name": "", "number": 8080, "protocol": "http"}],
           "endpoints": [{"instance": "billing-1", "address": "10.2.0.7", "port": 8080, "network": "vms",
                          "health": "healthy", "identity": "spiffe://shop.example/x"}]}],
         "clashes": [], "refused": [],
         "quarantined": [{"service": "consul/dc1/default/bad", "row": "node/bad-1",
                          "reason": "Port: is 0"}]}
        """);

    assertThat(ask("catalog")).isZero();
    assertThat(out.toString())
        .containsPattern(
            "consul/dc1/default/billing +8080/http +billing-1 +10.2.0.7:8080 +vms +healthy")
        .contains("Quarantined")
        .contains("Port: is 0")
        .containsPattern("Relaxed HTTP profile\\s+SERVICE\\s+consul/dc1/default/billing")
        .doesNotContain("Names of both worlds");
  }

  @Test
  void routes_show_where_requests_go_and_what_is_wrong_with_them() {
    controlPlane.answering(
        "/v1/routes",
        """
        {"revision": 1, "routes": [{"object": "kubernetes/east/HTTPRoute/shop/cart",
           "parents": ["kubernetes/east/shop/cart:80"], "rules": ["/ to x:80 (1 of 1)"],
           "problems": ["spec.rules[0].backendRefs[0]: there is no service x with port 80"]}]}
        """);

    assertThat(ask("routes")).isZero();
    assertThat(out.toString())
        .containsPattern("HTTPRoute/shop/cart +kubernetes/east/shop/cart:80 +/ to x:80")
        .contains("there is no service x");
  }

  @Test
  void intentions_and_proxies_show_what_is_rejected_and_refused() {
    controlPlane
        .answering(
            "/v1/intentions",
            """
            {"revision": 1, "intentions": [{"source": "web-shop", "destination": "billing",
               "action": "allow", "precedence": 9, "writtenIn": "consul/dc1/x#0"}],
             "rejected": [{"object": "consul/dc1/y", "problems": ["Sources[0].Permissions: no"],
                           "inForce": 2}]}
            """)
        .answering(
            "/v1/proxies",
            """
            {"revision": 9, "proxies": [{"node": "a/b/c/d", "role": "sidecar", "network": "vms",
               "applied": 9, "appliedAt": "2026-01-01T00:00:00Z",
               "types": [{"type": "CDS", "refused": []}, {"type": "LDS", "refused": [
                  {"resources": ["inbound"], "message": "no such filter", "at": "x"}]}]}]}
            """);

    assertThat(ask("intentions")).isZero();
    assertThat(ask("proxies")).isZero();
    assertThat(out.toString())
        .containsPattern("9 +web-shop +billing +allow")
        .contains("Sources[0].Permissions: no")
        .contains("LDS inbound: no such filter");
  }

  @Test
  @Tag("intentions")
  void lint_names_the_object_and_the_way_out() {
    controlPlane.answering(
        "/v1/intentions/lint",
        """
        {"revision": 1, "findings": [{"code": "host-case", "error": false,
           "writtenIn": "consul/dc1/service-intentions/api#0", "where": null,
           "meaning": "set IgnoreCase"}]}
        """);

    assertThat(ask("intentions", "lint")).isZero();
    assertThat(out.toString())
        .containsPattern("host-case +consul/dc1/service-intentions/api#0 +- +set IgnoreCase");
  }

  @Test
  void decide_names_the_rule() {
    controlPlane.answering(
        "/v1/decision",
        "{\"source\": \"s\", \"destination\": \"d\", \"allowed\": false, \"text\": \"by x#0\"}");

    assertThat(ask("decide", "web shop", "billing&x")).isZero();
    assertThat(out.toString()).contains("s -> d: denied").contains("by x#0");
    assertThat(controlPlane.received("/v1/decision"))
        .contains("source=web+shop")
        .contains("destination=billing%26x");
  }

  @Test
  @Tag("intentions")
  void explain_says_why_what_would_change_it_who_enforces_it_and_the_way() {
    controlPlane.answering(
        "/v1/explanation",
        """
        {"source": "s", "destination": "d", "port": 8080, "allowed": false, "text": "by default",
         "rules": [{"action": "allow", "text": "web -> api", "why": "method is PUT, not GET"}],
         "aboutOthers": 3, "elsewhere": [],
         "opposites": [{"changes": ["with an intention"], "allowed": true, "text": "the new one",
                        "how": "apply", "write": "kind: Intention\\nspec: \\u001b\\n"}],
         "enforcement": {"revision": 7, "enforcing": 1, "total": 2, "workloads": [
            {"node": "n1", "state": "none", "why": "no proxy"},
            {"node": "n2", "state": "enforces", "why": "it has what there is"}]},
         "paths": [{"from": "vms", "callers": 1, "to": "pods", "endpoints": 2, "way": "gateway",
                    "gateways": ["203.0.113.10:15443"], "connected": []}]}
        """);

    assertThat(ask("explain", "web", "api", "PUT", "/a", "--claim", "okta:role=x", "--all"))
        .isZero();
    assertThat(out.toString())
        .contains("s -> d: denied", "allow: web -> api", "method is PUT, not GET")
        .contains(
            "other callers: 3", "It would be allowed with an intention", "    kind: Intention")
        .contains("Enforced at 1 of 2 workloads, revision 7", "n1: none, no proxy")
        .contains(
            "From network vms (1 callers) to pods (2 endpoints): through gateways 203.0.113.10")
        .doesNotContain("n2", "\u001b");
    assertThat(controlPlane.received("/v1/explanation"))
        .contains("method=PUT", "claims=okta%3Arole%3Dx", "all=true");
  }

  @Test
  void token_prints_the_token_alone() {
    controlPlane.answering("/v1/tokens", "{\"token\": \"t-1\", \"identity\": \"spiffe://x\"}");

    assertThat(ask("token", "--service", "consul/dc1/default/billing", "--ttl", "60")).isZero();
    assertThat(out).hasToString("t-1\n");
    assertThat(controlPlane.received("/v1/tokens"))
        .contains("\"service\":\"consul/dc1/default/billing\"")
        .contains("\"ttlSeconds\":60")
        .doesNotContain("gateway");
  }

  @Test
  void text_from_outside_cannot_write_to_the_terminal() {
    controlPlane.answering("/v1/status", STATUS.replace("refused\"", "\\u001b[31mred\""));

    assertThat(ask("status")).isZero();
    assertThat(out.toString()).contains("\\u001b[31mred").doesNotContain("\u001b");
  }

  @Test
  void an_error_of_the_control_plane_is_shown_and_is_exit_code_1() {
    controlPlane.answering("/v1/decision", 400, "{\"error\": \"not a service\"}");

    assertThat(ask("decide", "a", "b")).isEqualTo(1);
    assertThat(err.toString()).contains("answered 400: not a service");
  }

  @Test
  void a_wrong_token_is_told_with_where_the_right_one_is() throws IOException {
    Files.writeString(state.resolve("admin.token"), "wrong");

    assertThat(ask("status")).isEqualTo(1);
    assertThat(err.toString()).contains("admin.token").contains("--state");
  }

  @Test
  void a_missing_token_is_told_with_the_file_that_was_looked_for() throws IOException {
    Files.delete(state.resolve("admin.token"));

    assertThat(ask("status")).isEqualTo(1);
    assertThat(err.toString())
        .contains(state.resolve("admin.token").toString())
        .contains("TOMBOLO_STATE");
  }

  @Test
  void no_control_plane_is_told_with_how_to_start_one() throws IOException {
    int unused;
    try (var socket = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
      unused = socket.getLocalPort();
    }

    assertThat(tombolo("status", "--url", "http://127.0.0.1:" + unused, "--state", "" + state))
        .isEqualTo(1);
    assertThat(err.toString()).contains("./tombolo run").doesNotContain("\tat ");
  }

  @Test
  void wrong_use_is_exit_code_2() {
    assertThat(tombolo()).isEqualTo(2);
    assertThat(tombolo("nonsense")).isEqualTo(2);
    assertThat(tombolo("decide", "only-one")).isEqualTo(2);
    assertThat(tombolo("token", "--service", "a", "--gateway", "b")).isEqualTo(2);
    assertThat(err.toString()).contains("Usage: tombolo");
  }

  @Test
  void help_names_every_command() {
    assertThat(tombolo("--help")).isZero();
    assertThat(out.toString())
        .contains("demo", "run", "status", "catalog", "intentions", "proxies", "decide", "token")
        .contains("agent", "certs", "audit", "ban", "unban", "bans");
  }

  private static final String RECEIPT =
      """
      {"revision": 9, "at": "2026-01-01T00:00:00Z", "news": ["service consul/dc1/default/parcel"],
       "affected": 3, "applied": 1, "pending": 1, "refused": 1, "unaffected": 1,
       "proxies": [
         {"node": "n-refusing", "identity": "spiffe://a/b", "state": "refused",
          "why": "it refused listener x and keeps what it had of it", "since": "s", "lostAt": null,
          "lacking": [{"type": "listener", "name": "x", "refusal": "Address already in use",
                       "refusedAt": "t"}]},
         {"node": "n-frozen", "identity": "spiffe://a/b", "state": "pending",
          "why": "it has not acknowledged cluster y", "since": "s", "lostAt": null,
          "lacking": [{"type": "cluster", "name": "y", "refusal": null, "refusedAt": null}]},
         {"node": "n-well", "identity": "spiffe://a/b", "state": "applied",
          "why": "it acknowledged everything", "since": "s", "lostAt": null, "lacking": []},
         {"node": "n-elsewhere", "identity": "spiffe://a/b", "state": "unaffected",
          "why": "nothing that it may call and nothing that it serves changed", "since": "s",
          "lostAt": null, "lacking": []}]}
      """;

  @Test
  void a_receipt_names_who_has_it_not_and_why_and_that_is_not_success() {
    controlPlane.answering("/v1/receipts/9", RECEIPT);

    assertThat(ask("receipt", "9")).isOne();
    assertThat(out.toString())
        .contains(
            "revision 9 of 2026-01-01T00:00:00Z",
            "service consul/dc1/default/parcel",
            "applied by 1 of 3 that it concerns; not yet 1, refused by 1; unaffected 1")
        .containsPattern("n-refusing +refused .*listener x: Address already in use")
        .containsPattern("n-frozen +pending .*it has not acknowledged cluster y")
        .contains("n-elsewhere: nothing that it may call")
        .doesNotContain("n-well");
  }

  @Test
  void a_receipt_that_everybody_has_is_success_and_waiting_asks_for_that() {
    controlPlane.answering(
        "/v1/receipts/newest",
        """
        {"revision": 9, "at": "2026-01-01T00:00:00Z", "news": [], "affected": 2, "applied": 2,
         "pending": 0, "refused": 0, "unaffected": 0, "proxies": []}
        """);

    assertThat(ask("receipt", "--wait", "--timeout", "7")).isZero();
    assertThat(controlPlane.received("/v1/receipts/newest")).matches("wait=[67]");
    assertThat(ask("receipt", "last")).isEqualTo(2);
    assertThat(err.toString()).contains("REV is a number, or newest");
  }

  private static final String AUDIT =
      """
      {"lines": [{"n": 7, "time": "2026-01-01T00:00:00Z", "event": "joined",
          "identity": "spiffe://a/b", "node": "c/d", "how": "with join token 0f, from 10.0.0.1",
          "serial": "ab12", "notAfter": "2026-01-02T00:00:00Z", "issuer": "ff", "reason": "",
          "previous": "p", "hash": "h"},
         {"n": 8, "time": "t", "event": "refused", "identity": "", "node": "", "how": "from x",
          "serial": "", "notAfter": "", "issuer": "", "reason": "no\\u001b[31m", "previous": "h",
          "hash": "i"}],
       "trouble": %s, "check": %s}
      """;

  @Test
  void audit_shows_who_was_issued_what_and_why_not() {
    controlPlane.answering("/v1/audit", AUDIT.formatted("null", "null"));

    assertThat(ask("audit", "--after", "6", "--limit", "2")).isZero();
    assertThat(out.toString())
        .containsPattern("7 +2026-01-01T00:00:00Z +joined +spiffe://a/b +c/d +ab12 +2026-01-02")
        .containsPattern("8 +t +refused +- +- +- +- +from x: no")
        .doesNotContain("\u001b", "follows from");
    assertThat(controlPlane.received("/v1/audit"))
        .contains("after=6", "limit=2")
        .doesNotContain("verify");
  }

  @Test
  void audit_verify_tells_whether_the_log_is_as_it_was_written() {
    controlPlane.answering(
        "/v1/audit",
        AUDIT.formatted("null", "{\"lines\": 8, \"head\": \"c0ffee\", \"problem\": null}"));
    assertThat(ask("audit", "--verify")).isZero();
    assertThat(out.toString()).contains("Each of 8 lines follows", "c0ffee");
    assertThat(controlPlane.received("/v1/audit")).contains("verify=true");

    controlPlane.answering(
        "/v1/audit",
        AUDIT.formatted(
            "\"line 4 of it: mv a b\"",
            "{\"lines\": 3, \"head\": null, \"problem\": \"line 4 was changed\"}"));
    assertThat(ask("audit", "--verify")).isOne();
    assertThat(out.toString())
        .contains("NOT as it was written: line 4 was changed")
        .contains("Nothing is issued at present: line 4 of it: mv a b");
  }

  @Test
  void federation_shows_how_it_stands_with_each_trust_domain() {
    controlPlane.answering(
        "/v1/federation",
        """
        {"domains": [
          {"trustDomain": "partner.example", "url": "u", "sequence": 7, "roots": 2, "jwtKeys": 1,
           "age": 12, "trouble": null},
          {"trustDomain": "other.example", "url": "u", "sequence": null, "roots": 0, "jwtKeys": 0,
           "age": null, "trouble": "it answers 500"}]}
        """);

    assertThat(ask("federation")).isZero();
    assertThat(out.toString())
        .containsPattern("partner.example +7 +2 +1 +12s +-")
        .containsPattern("other.example +no bundle +0 +0 +never fetched +it answers 500");
  }

  @Test
  void certs_shows_who_has_which_certificate_until_when() {
    controlPlane.answering(
        "/v1/certs",
        """
        {"certs": [{"identity": "spiffe://a/b", "node": "", "serial": "ab12", "issued": "i",
           "expires": "e", "issuer": "ff", "how": "renewed with serial 9"}],
         "secondsToIssuerEnd": 259200, "overdue": 1}
        """);

    assertThat(ask("certs")).isZero();
    assertThat(out.toString())
        .containsPattern("spiffe://a/b +- +ab12 +i +e +ff +renewed with serial 9")
        .contains("3 more days", "1 in the last third");
  }

  @Test
  void ban_unban_and_bans_say_whom_they_are_about() {
    controlPlane.answering(
        "/v1/bans",
        """
        {"subject": "c/d&e", "since": "2026-01-01T00:00:00Z", "reason": "stolen", "trouble": null,
         "bans": [{"subject": "c/d&e", "since": "s", "reason": "stolen"}]}
        """);

    assertThat(ask("ban", "c/d&e", "--reason", "stolen \"laptop\"")).isZero();
    assertThat(out.toString()).contains("c/d&e is banned since 2026-01-01T00:00:00Z");
    assertThat(controlPlane.received("/v1/bans"))
        .contains("\"subject\":\"c/d&e\"", "\"reason\":\"stolen \\\"laptop\\\"\"");

    assertThat(ask("bans")).isZero();
    assertThat(out.toString()).containsPattern("c/d&e +s +stolen");

    assertThat(ask("unban", "c/d&e")).isZero();
    assertThat(out.toString()).contains("c/d&e is not banned any more");
    assertThat(controlPlane.received("/v1/bans")).contains("subject=c%2Fd%26e");
    assertThat(tombolo("ban")).isEqualTo(2);
  }

  private static final String LOST =
      """
      {"forgotten": {"consul/dc1/default/billing:8080": 7},
       "refused": {"of a caller that nobody has given a certificate to": 3}}
      """;

  private static String flow(String path) {
    return """
    {"caller": "spiffe://a/web", "service": "consul/dc1/default/billing", "port": 8080,
     "method": "GET", "path": "%s", "headers": {"x-role": "clerk"}, "allowed": true,
     "calls": 12, "first": "f", "last": "l"}
    """
        .formatted(path);
  }

  @Test
  @Tag("intentions")
  void flows_shows_what_was_seen_and_how_much_was_lost() {
    controlPlane.answering(
        "/v1/flows",
        """
        {"total": 3, "flows": [%s], "lost": %s}
        """
            .formatted(flow("/pay\\u001b[31m"), LOST));

    assertThat(ask("flows", "--since", "90m", "--namespace", "default")).isZero();
    assertThat(out.toString())
        .containsPattern("12 +l +spiffe://a/web +consul/dc1/default/billing:8080 +GET /pay")
        .contains("x-role=clerk", "... and 2 more", "7 flows to consul/dc1/default/billing:8080")
        .contains("3 reports of a caller that nobody has given a certificate to")
        .doesNotContain("\u001b");
    assertThat(controlPlane.received("/v1/flows")).contains("since=5400", "namespace=default");
    assertThat(ask("flows", "--since", "yesterday")).isEqualTo(2);
  }

  @Test
  @Tag("intentions")
  void simulate_ends_with_1_if_something_flips_and_tells_what() throws IOException {
    var file = Files.writeString(state.resolve("candidate.yaml"), "kind: Intention\n");
    var page =
        """
        {"total": 5, "flipped": %d, "flips": [%s], "apart": 0, "apartOnes": [],
         "undecided": {"header x-tenant": 2}, "gone": 1, "changes": %s, "lost": {}}
        """;
    var flip =
        """
        {"flow": %s, "live": {"allowed": true, "rule": "consul/dc1/x#0", "why": "w"},
         "candidate": {"allowed": false, "rule": null, "why": "no intention matches"}}
        """
            .formatted(flow("/pay"));
    controlPlane.answering("/v1/intentions/simulate", page.formatted(1, flip, true));

    assertThat(ask("intentions", "simulate", file.toString(), "--apply", "--datacenter", "dc1"))
        .isOne();
    assertThat(out.toString())
        .contains("1 of 5 flows would be decided otherwise")
        .containsPattern(
            "GET /pay x-role=clerk +allowed +allowed +denied +consul/dc1/x#0 +no intention matches")
        .contains("of 2 flows, for this was not recorded: header x-tenant", "1 flows were to");
    assertThat(controlPlane.received("/v1/intentions/simulate"))
        .contains("kind: Intention", "\"apply\":true", "\"datacenter\":\"dc1\"");

    controlPlane.answering("/v1/intentions/simulate", page.formatted(0, "", false));
    assertThat(ask("intentions", "simulate", file.toString())).isZero();
    assertThat(ask("intentions", "simulate", state.resolve("none.yaml").toString())).isOne();
    assertThat(err.toString()).contains("none.yaml");
  }

  @Test
  @Tag("intentions")
  void learn_prints_objects_alone_and_says_beside_them_what_is_left() {
    controlPlane.answering(
        "/v1/intentions/learned",
        """
        {"text": "kind: Intention\\n", "proposals": 1, "left": ["a -> b: has no name"],
         "lost": %s}
        """
            .formatted(LOST));

    assertThat(ask("intentions", "learn", "--as", "consul", "--requests")).isZero();
    assertThat(out).hasToString("kind: Intention\n");
    assertThat(err.toString()).contains("Not in it: a -> b: has no name", "Forgotten", "Not kept");
    assertThat(controlPlane.received("/v1/intentions/learned"))
        .contains("as=consul", "requests=true");
    assertThat(ask("intentions", "learn", "--as", "hcl")).isEqualTo(2);
  }
}
