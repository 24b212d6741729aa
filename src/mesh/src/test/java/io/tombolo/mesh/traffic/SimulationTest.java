package io.tombolo.mesh.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Text;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.SplittableRandom;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

@Tag("intentions")
class SimulationTest {
  private static final Instant NOW = Instant.parse("2026-11-26T18:00:00Z");
  private static final int CALLERS = 20;
  private static final int SERVICES = 100;

  /// Of each caller to each service; 500 for 10^6 flows.
  private static final int REQUESTS = Integer.getInteger("simulation.requests", 50);

  private static final int PLANTED = 20;

  /// What the seed made: the flows, and those among them that the other policy decides otherwise.
  private record Planted(FlowStore store, Set<Flow> flips, Shop candidate) {}

  private static Permission opposite(Flow flow) {
    var http = Objects.requireNonNull(flow.request().http());
    var only =
        Condition.allOf(
            new Condition.Path(Text.exact(http.path())), new Condition.Method(http.method()));
    return new Permission(flow.allowed() ? Action.DENY : Action.ALLOW, only);
  }

  private static Planted planted(long seed, Simulation.Policy live) {
    var random = new SplittableRandom(seed);
    var store = new FlowStore(CALLERS * SERVICES * REQUESTS);
    var chosen = new HashSet<Integer>();
    while (chosen.size() < PLANTED) {
      chosen.add(random.nextInt(CALLERS * SERVICES * REQUESTS));
    }
    var flips = new HashSet<Flow>();
    Map<Shop.Pair, List<Permission>> extra = new HashMap<>();
    for (int i = 0; i < CALLERS * SERVICES * REQUESTS; i++) {
      var pair = new Shop.Pair(i / REQUESTS % CALLERS, i / REQUESTS / CALLERS);
      var flow = Shop.flow(pair, i, random, live);
      store.add(flow, NOW);
      if (chosen.contains(i)) {
        flips.add(flow);
        extra.computeIfAbsent(pair, _ -> new ArrayList<>()).add(opposite(flow));
      }
    }
    return new Planted(store, flips, new Shop(CALLERS, SERVICES, extra));
  }

  /// Of all recorded flows exactly those are told that the other policy decides otherwise. Prints
  /// how long it took and what the flows take of the heap; docs/decisions/0036 says how to measure.
  @Test
  void all_planted_flips_are_found_and_no_other() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.printf("SimulationTest: -Dseed=%d%n", seed);
    var mesh = new Shop(CALLERS, SERVICES, Map.of()).mesh();
    var live = Shop.policy(mesh);
    long before = used();
    long begin = System.nanoTime();
    var planted = planted(seed, live);
    long recorded = System.nanoTime();
    long taken = used() - before;
    var flows = planted.store().contents().flows();
    var candidate = Shop.policy(planted.candidate().mesh());

    long start = System.nanoTime();
    var simulation = Simulation.of(flows, live, candidate);
    long end = System.nanoTime();

    System.out.printf(
        "SimulationTest: %d flows recorded in %d ms, %d bytes of heap each, simulated in %d ms%n",
        flows.size(),
        Duration.ofNanos(recorded - begin).toMillis(),
        taken / flows.size(),
        Duration.ofNanos(end - start).toMillis());
    assertThat(simulation.flows()).isEqualTo((long) CALLERS * SERVICES * REQUESTS);
    assertThat(simulation.flips().stream().map(f -> f.seen().flow()).collect(Collectors.toSet()))
        .isEqualTo(planted.flips())
        .hasSize(PLANTED);
    assertThat(simulation.flips())
        .hasSize(PLANTED)
        .allMatch(flip -> flip.live().allowed() != flip.candidate().allowed());
    assertThat(simulation.apart()).isEmpty();
    assertThat(simulation.undecided()).isEmpty();
    assertThat(simulation.gone()).isZero();
    assertThat(simulation.changesAnything()).isTrue();
  }

  private static long used() {
    System.gc();
    return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
  }

  private static final Shop.Pair PAIR = new Shop.Pair(0, 0);
  private static final Simulation.Policy LIVE = Shop.policy(new Shop(1, 1, Map.of()).mesh());

  private static Simulation.Policy with(Permission... first) {
    return Shop.policy(new Shop(1, 1, Map.of(PAIR, List.of(first))).mesh());
  }

  private static Seen seen(String method, String path, Set<String> recorded, boolean allowed) {
    var request = new Request(Shop.caller(0), Shop.PORT, new Request.Http(method, path, Map.of()));
    return new Seen(
        new Flow(Shop.service(0), Shop.workload(0), request, recorded, allowed), 3, NOW, NOW);
  }

  private static Permission deny(Condition condition) {
    return new Permission(Action.DENY, condition);
  }

  @Test
  void what_the_proxy_did_otherwise_than_the_live_policy_says_is_told_apart() {
    var stale = seen("GET", "/api/a", Set.of("x-role"), false);
    var fine = seen("GET", "/api/b", Set.of("x-role"), true);

    var simulation =
        Simulation.of(List.of(stale, fine), LIVE, with(deny(new Condition.Method("GET"))));

    assertThat(simulation.apart()).extracting(Simulation.Judged::seen).containsExactly(stale);
    assertThat(simulation.flips()).extracting(Simulation.Judged::seen).containsExactly(fine);
    assertThat(Simulation.of(List.of(stale, fine), LIVE, LIVE).changesAnything()).isFalse();
  }

  @Test
  void what_depends_on_a_header_that_was_not_recorded_is_not_guessed() {
    var header = deny(new Condition.Header("x-tenant", Text.exact("evil")));
    var flow = seen("GET", "/api/a", Set.of("x-role"), true);
    var denied = seen("POST", "/api/a", Set.of("x-role"), false);
    var known = seen("GET", "/api/b", Set.of("x-role", "x-tenant"), true);

    var simulation = Simulation.of(List.of(flow, denied, known), LIVE, with(header));

    assertThat(simulation.undecided()).containsExactly(Map.entry("header x-tenant", 1L));
    assertThat(simulation.changesAnything()).isFalse();
  }

  /// Strict meshes deny lists before any rule. Whether a header that was not recorded was one is
  /// not known.
  @ParameterizedTest
  @ValueSource(strings = {"admin,clerk", "admin ", "\tadmin"})
  void a_list_or_a_blank_at_an_end_is_denied_and_one_that_may_be_there_leaves_it_open(
      String value) {
    var list =
        new Seen(
            new Flow(
                Shop.service(0),
                Shop.workload(0),
                new Request(
                    Shop.caller(0),
                    Shop.PORT,
                    new Request.Http("GET", "/api/a", Map.of("x-role", value))),
                Set.of("x-role"),
                false),
            1,
            NOW,
            NOW);
    var unrecorded = seen("GET", "/api/a", Set.of(), true);

    var simulation = Simulation.of(List.of(list, unrecorded), LIVE, LIVE);

    assertThat(simulation.apart()).isEmpty();
    assertThat(simulation.undecided()).containsExactly(Map.entry("header x-role", 1L));
  }

  @Test
  void what_is_let_in_for_rules_are_not_enforced_is_told_apart() {
    var members = new Principal.Under("spiffe://" + Shop.caller(0).trustDomain() + "/ns/");
    var audited =
        new InboundPolicy(
            Set.of(), List.of(), Mode.STRICT, List.of(), Enforcement.AUDIT, Set.of(members));
    var denied = seen("GET", "/a", Set.of(), false);
    var letIn = seen("GET", "/b", Set.of(), true);

    var simulation = Simulation.of(List.of(denied, letIn), (_, _, _) -> Optional.of(audited), LIVE);

    assertThat(simulation.unenforced()).extracting(Simulation.Judged::seen).containsExactly(letIn);
    assertThat(simulation.apart()).isEmpty();
  }

  @Test
  void calls_to_a_service_that_is_gone_are_counted() {
    var simulation =
        Simulation.of(
            List.of(seen("GET", "/", Set.of(), true)), LIVE, (_, _, _) -> Optional.empty());

    assertThat(simulation.gone()).isOne();
    assertThat(simulation.changesAnything()).isFalse();
  }
}
