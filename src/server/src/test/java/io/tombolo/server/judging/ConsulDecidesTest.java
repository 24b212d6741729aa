package io.tombolo.server.judging;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Request;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;

/// Read as Consul reads them, intentions on connections decide what a real Consul says of them. The
/// seed is printed; `-Dtombolo.judging.seed=N` replays it, `-Dtombolo.judging.entries=N` tries
/// more.
@Tag("intentions")
class ConsulDecidesTest {
  private static final TrustDomain DOMAIN = new TrustDomain("judging.example");
  private static final Port TCP = new Port("", 8080, Protocol.TCP);
  private static final List<String> CALLERS = List.of("web", "cart", "w-e-b", "other");
  private static final int ENTRIES = Integer.getInteger("tombolo.judging.entries", 60);
  private static final ObjectMapper JSON = new ObjectMapper();

  @ParameterizedTest
  @EnumSource(Action.class)
  void consul_decides_as_we_do(Action byDefault) throws Exception {
    long seed = Long.getLong("tombolo.judging.seed", System.nanoTime());
    System.out.printf("tombolo.judging.seed=%d%n", seed);
    var make = new RandomEntries(new Random(seed));
    var setup = Consul.server("dc1", new Loopback());
    int allowed = 0;
    int pairs = 0;
    try (var consul = (byDefault == Action.DENY ? setup.withAcls() : setup).start()) {
      for (int i = 0; i < ENTRIES; i++) {
        var entries = new ArrayList<JsonNode>(List.of(make.entry("api", false)));
        boolean everywhere = i % 3 == 0;
        if (everywhere) {
          entries.add(make.entry("*", false));
        }
        for (var entry : entries) {
          call(consul, "PUT", "/v1/config", entry.toString());
        }
        var policy = EnvoyDecidesTest.policy(entries, TCP, new Mode(false, byDefault), DOMAIN);
        for (var caller : CALLERS) {
          if (isJudgedOtherwiseByItsProxies(entries, caller)) {
            continue;
          }
          pairs++;
          var answer =
              call(
                  consul,
                  "GET",
                  "/v1/connect/intentions/check?source=%s&destination=api".formatted(caller),
                  "");
          var id = SpiffeId.consulService(DOMAIN, "default", "dc1", caller);
          var ours = policy.decide(Request.connection(id, TCP.number())).allowed();
          assertThat(JSON.readTree(answer).path("Allowed").asBoolean())
              .as("seed %d, entry %d: %s by %s", seed, i, caller, entries)
              .isEqualTo(ours);
          allowed += ours ? 1 : 0;
        }
        if (everywhere) {
          call(consul, "DELETE", "/v1/config/service-intentions/*", "");
        }
      }
    }
    System.out.printf("%d pairs, %d allowed%n", pairs, allowed);
    assertThat(allowed).isBetween(pairs / 10, pairs - pairs / 10);
  }

  /// An entry for every caller of this destination, and one that names the caller for every
  /// destination: by precedence, and by what Consul says, the first decides; its proxies may be
  /// told otherwise. See [ConsulProxyDecidesTest].
  private static boolean isJudgedOtherwiseByItsProxies(List<JsonNode> entries, String caller) {
    var here = EnvoyDecidesTest.sources(entries.getFirst());
    return here.contains("*")
        && !here.contains(caller)
        && EnvoyDecidesTest.sources(entries.getLast()).contains(caller);
  }

  private static String call(Consul consul, String method, String path, String body)
      throws IOException {
    var reply = consul.call(method, path, body);
    assertThat(reply.ok()).as("%s %s: %s", method, path, reply.body()).isTrue();
    return reply.body();
  }
}
