package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.identity.KnownKeys;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.HttpCall;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The keys of the authority are nowhere outside the control plane's memory but sealed; and who is
/// on the control plane's own host is not let in for that.
@Tag("identity")
@ExtendWith(TwoWorldsExtension.class)
class CaKeyIT {
  private static final String ADMIN = "http://127.0.0.1:15014";
  private static final List<String> PAGES =
      List.of(
          "/v1/status",
          "/v1/catalog",
          "/v1/intentions",
          "/v1/routes",
          "/v1/decision?source=web.shop&destination=billing",
          "/v1/proxies",
          "/v1/receipts/newest",
          "/v1/receipts/x",
          "/v1/audit?verify=true&limit=1000",
          "/v1/certs",
          "/v1/bans",
          "/v1/roots");
  private static final List<String> OPEN_PAGES =
      List.of("/q/health", "/q/health/live", "/q/health/ready", "/q/metrics");

  private final TwoWorlds worlds;
  private final Path state;
  private final Map<String, byte[]> places = new LinkedHashMap<>();

  CaKeyIT(TwoWorlds worlds) {
    this.worlds = worlds;
    this.state = worlds.controlPlane().state();
  }

  private HttpCall.Reply asked(HttpCall call) throws IOException {
    return worlds.topology().infra().http(call);
  }

  private HttpCall.Reply askedWithToken(HttpCall call) throws IOException {
    var token = Files.readString(state.resolve("admin.token")).strip();
    return asked(call.with("Authorization", "Bearer " + token));
  }

  @Test
  void the_admin_port_lets_nobody_in_for_being_on_loopback() throws Exception {
    for (var page : PAGES) {
      var get = HttpCall.get(ADMIN + page);
      assertThat(asked(get).status()).as(page).isEqualTo(401);
      assertThat(asked(get.with("Authorization", "Bearer x")).status()).as(page).isEqualTo(401);
      assertThat(asked(get.with("X-Forwarded-For", "127.0.0.1")).status()).isEqualTo(401);
      assertThat(askedWithToken(get).status()).as(page).isNotEqualTo(401);
    }
    for (var page : List.of("/v1/tokens", "/v1/bans")) {
      var post =
          new HttpCall("POST", ADMIN + page, "{\"service\": \"billing\", \"subject\": \"x/y\"}")
              .with("Content-Type", "application/json");
      assertThat(asked(post).status()).as("POST " + page).isEqualTo(401);
    }
  }

  @Test
  void no_key_of_the_authority_is_told_logged_or_kept_unsealed() throws Exception {
    pages();
    files("state", state);
    process("control plane", worlds.controlPlane().daemon());
    for (var workload : worlds.all()) {
      var name = workload.name();
      process("agent of " + name, workload.agent());
      files("agent of " + name, workload.files());
      for (var page : List.of("/config_dump?include_eds", "/certs", "/stats", "/server_info")) {
        put("Envoy of %s, %s".formatted(name, page), workload.envoy(page));
      }
    }
    var known = KnownKeys.of(state, TwoWorlds.TRUST_DOMAIN);

    System.out.printf(
        "%d places with %d KiB searched for %d forms of keys%n",
        places.size(),
        places.values().stream().mapToInt(bytes -> bytes.length).sum() / 1024,
        known.forms().size());
    assertThat(places).hasSizeGreaterThan(60);
    assertThat(known.foundIn(places)).isEmpty();
    var dump = places.get("Envoy of web, /config_dump?include_eds");
    assertThat(dump).as("a dump with secrets in it").asString().contains("SecretsConfigDump");
    var planted = new String(dump, StandardCharsets.ISO_8859_1);
    for (var form : known.forms().values()) {
      var with = planted + new String(form, StandardCharsets.ISO_8859_1) + planted;
      assertThat(known.foundIn(with.getBytes(StandardCharsets.ISO_8859_1))).isPresent();
    }
  }

  private void pages() throws IOException {
    for (var page : PAGES) {
      var reply = askedWithToken(HttpCall.get(ADMIN + page));
      put("GET " + page, reply.toString());
      put("GET " + page + " without token", asked(HttpCall.get(ADMIN + page)).toString());
    }
    for (var page : OPEN_PAGES) {
      var reply = asked(HttpCall.get(ADMIN + page));
      assertThat(reply.status()).as(page).isEqualTo(200);
      put("GET " + page, reply.toString());
    }
    for (var body : List.of("{\"service\": \"billing\"}", "{\"gateway\": \"vms\"}", "{", "")) {
      var post =
          new HttpCall("POST", ADMIN + "/v1/tokens", body).with("Content-Type", "application/json");
      put("POST /v1/tokens " + body, askedWithToken(post).toString());
    }
  }

  private void process(String what, Daemon daemon) throws IOException {
    put(what + ": log", daemon.log());
    for (var file : List.of("environ", "cmdline")) {
      var content = Files.readAllBytes(Path.of("/proc", Long.toString(daemon.pid()), file));
      assertThat(content).as("%s of %s", file, what).isNotEmpty();
      places.put(what + ": " + file, content);
    }
  }

  private void files(String what, Path directory) throws IOException {
    try (var files = Files.walk(directory)) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        places.put(what + ": " + directory.relativize(file), Files.readAllBytes(file));
      }
    }
  }

  private void put(String place, String text) {
    places.put(place, text.getBytes(StandardCharsets.UTF_8));
  }
}
