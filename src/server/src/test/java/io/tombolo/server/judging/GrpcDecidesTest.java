package io.tombolo.server.judging;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Proxyless;
import io.tombolo.mesh.policy.Request;
import io.tombolo.server.federation.Mint;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What we say of a request is what grpc-java makes of it that has no proxy. The seed is printed;
/// `-Dtombolo.judging.seed=N` replays it, `-Dtombolo.judging.rounds=N` makes more of them.
@Tag("intentions")
class GrpcDecidesTest {
  private static final Port GRPC = new Port("", 8080, Protocol.GRPC);
  private static final int POLICIES = 125;
  private static final int REQUESTS = 100;
  private static final int ROUNDS = Integer.getInteger("tombolo.judging.rounds", 1);
  private static final InboundPolicy EVERYBODY =
      new InboundPolicy(Set.of(), List.of(), new Mode(false, Action.ALLOW));

  @TempDir private Path directory;

  private record Asked(Request request, EnvoyDecidesTest.Judged of, Future<byte[]> answer) {}

  @Test
  void grpc_decides_as_we_do() throws Exception {
    long seed = Long.getLong("tombolo.judging.seed", System.nanoTime());
    System.out.printf("tombolo.judging.seed=%d%n", seed);
    var mint = Mint.of("judging.example");
    long pairs = 0;
    long allowed = 0;
    long asAtProxies = 0;
    for (int round = 0; round < ROUNDS; round++) {
      var random = new Random(seed + round);
      var judged =
          IntStream.range(0, POLICIES)
              .mapToObj(_ ->
                  EnvoyDecidesTest.adopted(EnvoyDecidesTest.judged(random, GRPC, true), random))
              .toList();
      var policies = judged.stream().map(EnvoyDecidesTest.Judged::policy).toList();
      try (var grpc = JudgingGrpc.start(directory, mint, EnvoyDecidesTest.DOMAIN, policies)) {
        for (var caller : EnvoyDecidesTest.CALLERS) {
          try (var calls = grpc.as(caller)) {
            var make = new RandomEntries(random);
            var asked = new ArrayList<Asked>();
            for (int i = 0; i < POLICIES * REQUESTS / EnvoyDecidesTest.CALLERS.size(); i++) {
              int number = i % POLICIES;
              var request = overGrpc(make.request(caller), random);
              var http = Objects.requireNonNull(request.http());
              asked.add(
                  new Asked(request, judged.get(number), calls.ask(JudgingGrpc.to(number, http))));
            }
            for (var one : asked) {
              boolean theirs = GrpcCalls.allowed(one.answer());
              var policy = one.of().policy();
              boolean ours = Proxyless.of(policy).lets(one.request());
              assertThat(theirs)
                  .as(
                      "seed %d: %s by %s, ours: %s",
                      seed + round, one.request(), one.of().entries(), ours)
                  .isEqualTo(ours);
              boolean atProxies = policy.lets(one.request());
              assertThat(atProxies || !theirs)
                  .as("seed %d: %s is denied by proxies", seed + round, one.request())
                  .isTrue();
              if (policy.mode().strict() && Proxyless.blind(policy).findAny().isEmpty()) {
                assertThat(theirs)
                    .as("seed %d: %s as at proxies", seed + round, one.request())
                    .isEqualTo(atProxies);
              }
              pairs++;
              allowed += theirs ? 1 : 0;
              asAtProxies += theirs == atProxies ? 1 : 0;
            }
          }
        }
      }
    }
    System.out.printf(
        "%d pairs, of which %d were allowed and %d decided as at proxies%n",
        pairs, allowed, asAtProxies);
    assertThat(allowed).isBetween(pairs / 20, pairs - pairs / 20);
    assertThat(asAtProxies).isGreaterThan(pairs * 8 / 10);
  }

  /// Every method is POST; values are ASCII, for the client sends no others, and here and there
  /// have blanks at an end.
  private static Request overGrpc(Request request, Random random) {
    var http = Objects.requireNonNull(request.http());
    var headers = new HashMap<String, List<String>>();
    http.headers()
        .forEach((name, values) ->
            headers.put(
                name,
                values.stream()
                    .map(value -> value.replaceAll("[^ -~]", "e"))
                    .map(value -> random.nextInt(20) == 0 ? " " + value : value)
                    .map(value -> random.nextInt(20) == 0 ? value + " " : value)
                    .toList()));
    return new Request(
        request.caller(), request.port(), new Request.Http("POST", http.path(), headers, Map.of()));
  }

  @Test
  void who_has_no_certificate_of_the_trust_domain_is_never_let_in() throws Exception {
    var mint = Mint.of("judging.example");
    var web = EnvoyDecidesTest.CALLERS.getFirst();
    var stranger = new SpiffeId(new TrustDomain("judging.example.evil"), "/ns/default/sa/web");
    var request = JudgingGrpc.to(0, new Request.Http("POST", "/shop.Cart/Get", Map.of()));
    try (var grpc =
            JudgingGrpc.start(directory, mint, EnvoyDecidesTest.DOMAIN, List.of(EVERYBODY));
        var known = grpc.as(web);
        var signed = grpc.as(stranger);
        var nobody = grpc.asNobody()) {
      assertThat(GrpcCalls.allowed(known.ask(request))).isTrue();
      assertThat(GrpcCalls.allowed(signed.ask(request))).isFalse();
      var unknown = nobody.ask(request);
      assertThatThrownBy(() -> unknown.get(2, TimeUnit.SECONDS)).isNotNull();
    }
  }

  @Test
  void a_path_with_a_query_is_denied_for_rules_look_at_paths_without() throws Exception {
    var mint = Mint.of("judging.example");
    try (var grpc =
            JudgingGrpc.start(directory, mint, EnvoyDecidesTest.DOMAIN, List.of(EVERYBODY));
        var calls = grpc.as(EnvoyDecidesTest.CALLERS.getFirst())) {
      var request = JudgingGrpc.to(0, new Request.Http("POST", "/shop.Cart/Get?x", Map.of()));
      assertThat(GrpcCalls.allowed(calls.ask(request))).isFalse();
    }
  }
}
