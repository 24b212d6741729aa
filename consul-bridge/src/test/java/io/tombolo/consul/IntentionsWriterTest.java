package io.tombolo.consul;

import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.consul.IntentionsWriter.Outcome;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Adoption;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Intentions;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.Policies;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.policy.equivalence.Comparison;
import io.tombolo.mesh.policy.equivalence.Equivalence;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.Timeout;

/// Intentions of Kubernetes in a real Consul, for the proxies that it drives.
@Tag("intentions")
@Timeout(60)
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class IntentionsWriterTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final TrustDomain MESH = new TrustDomain("shop.example");
  private static final SourceId DC = SourceId.consul("dc1");
  private static final SourceId CLUSTER = SourceId.kubernetes("east");
  private static final ConsulWorld WORLD = new ConsulWorld(MESH, DC, new Networks(Map.of()), "vms");
  private static final Port HTTP = new Port("", 8080, Protocol.HTTP);
  private static final int TRIES = Integer.getInteger("tombolo.writing.tries", 400);

  private Consul consul;
  private IntentionsWriter writer;

  @BeforeAll
  void start() throws IOException {
    consul = Consul.server("dc1", new Loopback()).withAcls().start();
    writer = new IntentionsWriter(DC, MESH, settings(consul.token().orElseThrow()));
  }

  private ConsulSource.Settings settings(String token) {
    return new ConsulSource.Settings(URI.create(consul.url()), token, "");
  }

  @AfterAll
  void stop() {
    writer.close();
    consul.close();
  }

  private static Party vm(String name) {
    return new Party.InWorld(World.CONSUL, "default", name);
  }

  private static Provenance in(String object) {
    return new Provenance(CLUSTER, "Intention", "shop", object, 0);
  }

  private static Intention of(Party source, String destination, Action action) {
    return new Intention(source, vm(destination), action, in(destination));
  }

  private static Intention of(Party source, String destination, Permission... permissions) {
    return new Intention(
        source, vm(destination), List.of(permissions), Otherwise.DEFAULT, in(destination));
  }

  private Map<String, Outcome> write(Map<String, List<Intention>> wanted) throws Exception {
    return writer.write(wanted, Set.of(), Set.of(), true);
  }

  private JsonNode entry(String name) throws IOException {
    return JSON.readTree(consul.call("GET", "/v1/config/service-intentions/" + name, "").body());
  }

  private boolean exists(String name) throws IOException {
    return consul.call("GET", "/v1/config/service-intentions/" + name, "").ok();
  }

  private void human(String name, String more) throws IOException {
    var body =
        """
        {"Kind": "service-intentions", "Name": "%s", "Sources": [{"Name": "human", "Action": "allow"}]%s}
        """
            .formatted(name, more);
    assertThat(consul.call("PUT", "/v1/config", body).ok()).isTrue();
  }

  @Test
  void what_is_written_names_its_objects_and_goes_when_they_go() throws Exception {
    var wanted = Map.of("billing", List.of(of(vm("web"), "billing", ALLOW)));

    assertThat(write(wanted)).containsEntry("billing", new Outcome.Written(List.of()));
    var written = entry("billing");
    assertThat(written.path("Meta").path("tombolo-from").asText())
        .isEqualTo("kubernetes/east/Intention shop/billing");
    assertThat(written.path("Sources").findValuesAsText("Name")).containsExactly("web", "*");
    assertThat(written.path("Sources").findValuesAsText("Action")).containsExactly("allow", "deny");

    write(wanted);
    assertThat(entry("billing").path("ModifyIndex")).isEqualTo(written.path("ModifyIndex"));

    writer.write(Map.of(), Set.of("billing"), Set.of(), true);
    assertThat(exists("billing")).isTrue();
    write(Map.of());
    assertThat(exists("billing")).isFalse();
  }

  /// It is not known what the object said before, as after a start without what was known.
  @Test
  void an_object_that_cannot_be_read_takes_nothing_away() throws Exception {
    write(Map.of("kept", List.of(of(vm("web"), "kept", ALLOW))));
    var before = entry("kept");
    var unread = Set.of(PolicyObject.key(CLUSTER, "Intention", "shop", "kept"));

    writer.write(Map.of(), Set.of(), unread, true);
    assertThat(entry("kept")).isEqualTo(before);
    writer.write(Map.of("kept", List.of(of(vm("cart"), "kept", ALLOW))), Set.of(), unread, true);
    assertThat(entry("kept")).isEqualTo(before);
  }

  @Test
  void what_a_human_or_another_mesh_wrote_is_never_touched() throws Exception {
    human("ledger", "");
    human("tax", ", \"Meta\": {\"managed-by\": \"tombolo\", \"tombolo-mesh\": \"other.example\"}");
    var before = List.of(entry("ledger"), entry("tax"));

    var outcomes =
        write(
            Map.of(
                "ledger", List.of(of(vm("web"), "ledger", ALLOW)),
                "tax", List.of(of(vm("web"), "tax", ALLOW))));
    write(Map.of());

    assertThat(outcomes.values())
        .allSatisfy(
            outcome -> assertThat(outcome.toString()).contains("not ours", "delete it there"));
    assertThat(List.of(entry("ledger"), entry("tax"))).isEqualTo(before);
  }

  /// Between our reading and our writing someone else writes.
  @Test
  void a_write_that_comes_too_late_is_none() throws Exception {
    try (var api = new ConsulApi(settings(consul.token().orElseThrow()))) {
      human("race", "");
      var late = entry("race").path("ModifyIndex").asLong();
      human("race", ", \"Meta\": {\"by\": \"another\"}");
      var body = entry("race").toString().replace("human", "late");

      assertThat(api.change("PUT", "/v1/config?cas=" + late, body)).isEqualTo("false");
      assertThat(api.change("PUT", "/v1/config?cas=0", body)).isEqualTo("false");
      assertThat(api.change("DELETE", "/v1/config/service-intentions/race?cas=" + late, ""))
          .isEqualTo("false");
      assertThat(entry("race").path("Sources").findValuesAsText("Name")).containsExactly("human");
    }
  }

  @Test
  void what_we_wrote_is_no_source_of_intentions() throws Exception {
    write(Map.of("loop", List.of(of(vm("web"), "loop", ALLOW))));

    assertThat(((PolicyObject) WORLD.intentions(entry("loop"))).intentions()).isEmpty();
    human("loop", "");
    assertThat(((PolicyObject) WORLD.intentions(entry("loop"))).intentions()).hasSize(1);
  }

  @Test
  void what_cannot_be_said_is_not_written_and_what_was_there_is_closed() throws Exception {
    var token = of(vm("web"), "secret", ALLOW).given(new Condition.Token("idp", List.of()));
    assertThat(write(Map.of("secret", List.of(token))).toString())
        .contains("Unsayable", "shop/secret", "token");
    assertThat(exists("secret")).isFalse();

    write(Map.of("secret", List.of(of(vm("web"), "secret", ALLOW))));
    write(Map.of("secret", List.of(token)));
    assertThat(entry("secret").path("Sources").findValuesAsText("Name")).containsExactly("*");
    assertThat(entry("secret").path("Sources").findValuesAsText("Action")).containsExactly("deny");
  }

  @Test
  void a_caller_without_a_name_in_consul_is_left_out_if_all_others_are_denied() throws Exception {
    var account = of(new Party.Account("shop", "web"), "pay", ALLOW);

    assertThat(write(Map.of("pay", List.of(of(vm("cart"), "pay", ALLOW), account))).get("pay"))
        .isInstanceOfSatisfying(
            Outcome.Written.class,
            written ->
                assertThat(written.leftOut())
                    .singleElement()
                    .asString()
                    .contains("serviceaccount/shop/web"));
    assertThat(
            write(Map.of("pay", List.of(account, of(new Party.Everyone(), "pay", ALLOW))))
                .get("pay"))
        .isInstanceOf(Outcome.Unsayable.class);
  }

  @Test
  void a_denied_identity_is_not_let_in_by_its_name() throws Exception {
    var web = new Party.Identified(SpiffeId.consulService(MESH, "default", "dc1", "web"));
    var denied = of(web, "till", DENY);
    var allowed = of(vm("web"), "till", ALLOW);

    assertThat(write(Map.of("till", List.of(denied, allowed))).get("till"))
        .isInstanceOf(Outcome.Unsayable.class);
    assertThat(exists("till")).isFalse();
  }

  @Test
  void a_token_that_may_not_write_is_an_error_that_says_so() throws Exception {
    try (var powerless = new IntentionsWriter(DC, MESH, settings(""))) {
      assertThatThrownBy(() ->
              powerless.write(
                  Map.of("none", List.of(of(vm("web"), "none", ALLOW))), Set.of(), Set.of(), true))
          .isInstanceOf(IOException.class)
          .hasMessageMatching("(?s).*(intentions = \"write\"|Permission denied|left rows out).*");
    }
  }

  /// The seed is printed; `-Dtombolo.writing.seed=N` replays it.
  @Test
  void what_is_said_is_what_was_meant_or_nothing_is_said() {
    long seed = Long.getLong("tombolo.writing.seed", System.nanoTime());
    System.out.printf("tombolo.writing.seed=%d%n", seed);
    var random = new Random(seed);
    int said = 0;
    for (int i = 0; i < TRIES; i++) {
      var meant = new ArrayList<Intention>();
      for (var source : List.of(vm("web"), vm("cart"), new Party.Everyone())) {
        if (random.nextInt(4) > 0) {
          meant.add(random(random, source));
        }
      }
      boolean strict = random.nextBoolean();
      var saying = Saying.of(meant, strict);
      if (!saying.unsayable().isEmpty()) {
        continue;
      }
      said++;
      var read = ServiceIntentions.convert(DC, saying.entry("api", Map.of()));
      assertThat(read.problems()).as("seed %d, try %d: %s", seed, i, saying).isEmpty();
      var mode = strict ? Mode.STRICT : new Mode(false, DENY);
      assertThat(
              new Equivalence().compare(policy(meant, mode), policy(read.intentions(), mode), HTTP))
          .as("seed %d, try %d: %s meant, said %s", seed, i, meant, saying.sources())
          .isEqualTo(new Comparison.Equal());
    }
    System.out.printf("%d of %d said%n", said, TRIES);
    assertThat(said).isBetween(TRIES / 10, TRIES - TRIES / 10);
  }

  private static Intention random(Random random, Party source) {
    if (random.nextInt(3) == 0) {
      return of(source, "api", random.nextBoolean() ? ALLOW : DENY);
    }
    var permissions = new Permission[1 + random.nextInt(3)];
    for (int i = 0; i < permissions.length; i++) {
      permissions[i] = new Permission(random.nextBoolean() ? ALLOW : DENY, condition(random));
    }
    return of(source, "api", permissions);
  }

  private static Condition condition(Random random) {
    var parts = new ArrayList<Condition>();
    switch (random.nextInt(6)) {
      case 0, 1 -> parts.add(new Condition.Path(Text.exact("/a")));
      case 2, 3 -> parts.add(new Condition.Path(Text.prefix("/a")));
      case 4 -> {}
      default -> parts.add(new Condition.Path(Text.suffix("/a")));
    }
    switch (random.nextInt(4)) {
      case 0 -> parts.add(new Condition.Method("GET"));
      case 1 ->
          parts.add(Condition.anyOf(new Condition.Method("GET"), new Condition.Method("PUT")));
      default -> {}
    }
    var present = new Condition.Header("x-team", Text.PRESENT);
    switch (random.nextInt(6)) {
      case 0 -> parts.add(present);
      case 1 -> parts.add(Condition.not(present));
      case 2 -> parts.add(new Condition.Header("x-team", Text.exact("a"), random.nextBoolean()));
      case 3 -> parts.add(random.nextInt(3) == 0 ? new Condition.Port(8080) : present);
      default -> {}
    }
    return Condition.allOf(parts);
  }

  private static InboundPolicy policy(List<Intention> intentions, Mode mode) {
    var id = new ServiceId(DC, "default", "api");
    var service =
        new Service(
            id, List.of(HTTP), Set.of("api"), List.of(), Map.of(), true, HttpProfile.STRICT);
    var facts = new ArrayList<Fact>(List.of(new Fact.Registered(service)));
    for (var name : List.of("web", "cart")) {
      facts.add(
          new Fact.Registered(
              new Service(
                  new ServiceId(DC, "default", name),
                  List.of(HTTP),
                  Set.of(name),
                  List.of(),
                  Map.of(),
                  true,
                  HttpProfile.STRICT)));
    }
    var key = PolicyObject.key(DC, "test", "", "api");
    facts.add(new Fact.Registered(PolicyObject.accepted(key, intentions)));
    var catalog = Catalog.of(List.of(DC)).with(facts);
    var naming =
        Naming.of(catalog.services().values(), new SameName(SameName.Choice.APART, Map.of()));
    return new Policies(
            Intentions.of(catalog.others().values()),
            catalog,
            naming,
            MESH,
            mode,
            Adoption.ENFORCED)
        .at(service);
  }
}
