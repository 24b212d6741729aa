package io.tombolo.server.model;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.Workload;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Inbox;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.JwtProviderObject;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.scope.Visibility;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class LastKnownTest {
  private static final SourceId CONSUL = SourceId.consul("dc1");
  private static final TrustDomain TD = new TrustDomain("tombolo.local");
  private static final Mesh.Settings SETTINGS =
      new Mesh.Settings(
          TD, new SameName(SameName.Choice.APART, Map.of()), Map.of(), Visibility.EVERYTHING);

  @TempDir private Path directory;

  @Test
  void everything_a_source_said_is_known_again_after_a_restart() throws Exception {
    var items = items();
    runUntilWritten(items);

    var recalled = lastKnown(new Inbox()).recall(CONSUL);

    assertThat(recalled.getLast()).isEqualTo(new Fact.Recalled(CONSUL));
    assertThat(recalled.stream().flatMap(LastKnownTest::registered).collect(Collectors.toSet()))
        .isEqualTo(Set.copyOf(items));
  }

  @Test
  void what_was_written_before_there_were_profiles_is_strict() throws Exception {
    runUntilWritten(items());
    var file = directory.resolve("consul-dc1.json");
    Files.writeString(file, Files.readString(file).replace(",\"httpProfile\":\"RELAXED\"", ""));

    assertThat(lastKnown(new Inbox()).recall(CONSUL).stream().flatMap(LastKnownTest::registered))
        .filteredOn(Service.class::isInstance)
        .singleElement()
        .extracting(item -> ((Service) item).httpProfile())
        .isEqualTo(HttpProfile.STRICT);
  }

  @Test
  void nobody_else_may_read_what_is_known() throws Exception {
    runUntilWritten(items());

    var file = directory.resolve("consul-dc1.json");
    assertThat(PosixFilePermissions.toString(Files.getPosixFilePermissions(file)))
        .isEqualTo("rw-------");
  }

  @Test
  void a_file_that_cannot_be_read_counts_as_never_known() throws Exception {
    Files.writeString(directory.resolve("consul-dc1.json"), "{\"source\": {\"world\": \"CONSUL");

    assertThat(lastKnown(new Inbox()).recall(CONSUL)).isEmpty();
  }

  @Test
  void a_file_with_a_hostile_name_in_it_counts_as_never_known() throws Exception {
    runUntilWritten(items());
    var file = directory.resolve("consul-dc1.json");
    Files.writeString(file, Files.readString(file).replace("\"billing\"", "\"../billing\""));

    assertThat(lastKnown(new Inbox()).recall(CONSUL)).isEmpty();
  }

  private LastKnown lastKnown(Inbox inbox) throws IOException {
    return new LastKnown(directory, new ModelLoop(inbox, SETTINGS, List.of(CONSUL)));
  }

  private void runUntilWritten(List<Item> items) throws Exception {
    var inbox = new Inbox();
    var loop = new ModelLoop(inbox, SETTINGS, List.of(CONSUL));
    items.forEach(item -> inbox.put(new Fact.Registered(item)));
    inbox.put(new Fact.Complete(CONSUL, items.stream().map(Item::key).collect(Collectors.toSet())));
    var taken = new CountDownLatch(1);
    loop.observe(_ -> taken.countDown());
    var thread = Thread.ofPlatform().start(loop);
    taken.await();
    thread.interrupt();
    thread.join();
    var writer = Thread.ofPlatform().start(new LastKnown(directory, loop));
    writer.interrupt();
    writer.join();
  }

  private static Stream<Item> registered(Fact fact) {
    return fact instanceof Fact.Registered(var item) ? Stream.of(item) : Stream.of();
  }

  private static List<Item> items() {
    var id = new ServiceId(CONSUL, "default", "billing");
    var identity = SpiffeId.consulService(TD, "default", "dc1", "billing");
    var endpoint =
        new Endpoint(
            new Workload(CONSUL, "default", "billing-1", identity),
            "",
            "10.20.0.5",
            8080,
            "127.0.0.1",
            15006,
            "vms",
            "z1",
            Health.DEGRADED,
            3);
    var entry = new Provenance(CONSUL, "service-intentions", "", "billing", 0);
    return List.of(
        new Service(
            id,
            List.of(new Port("", 8080, Protocol.HTTP)),
            Set.of("billing"),
            List.of("240.0.0.1"),
            Map.of("team", "money"),
            true,
            HttpProfile.RELAXED),
        new EndpointSet(
            id, "", List.of(endpoint), List.of(new EndpointSet.Quarantined("x", "port: 0"))),
        new Refused(CONSUL, "service a/b", "name: not a DNS label"),
        new JwtProviderObject(
            JwtProviderObject.key(CONSUL, "okta"),
            provider(
                "okta",
                new JwtProvider.Keys.Fetched(
                    "keys.example", 443, "/", "", Duration.ofMillis(1500), Duration.ofMinutes(10))),
            List.of("Issuer: must not be empty")),
        JwtProviderObject.accepted(
            JwtProviderObject.key(CONSUL, "corp"),
            provider("corp", new JwtProvider.Keys.Known("{}"))),
        JwtProviderObject.rejected(JwtProviderObject.key(CONSUL, "never"), List.of("bad")),
        PolicyObject.accepted(
            PolicyObject.key(CONSUL, "service-intentions", "", "vetted"),
            List.of(
                new Intention(
                        new Party.Everyone(),
                        new Party.Named("vetted"),
                        Intention.Action.ALLOW,
                        entry)
                    .given(
                        new Condition.Token(
                            "okta",
                            List.of(
                                new Condition.Claim(
                                    "okta", List.of("role"), Text.exact("admin"))))))),
        PolicyObject.accepted(
            PolicyObject.key(CONSUL, "service-intentions", "", "billing"),
            Stream.of(
                    new Party.Everyone(),
                    new Party.Named("web"),
                    new Party.InWorld(World.KUBERNETES, "shop", "web"),
                    new Party.InNamespace("shop"),
                    new Party.Account("shop", "web"),
                    new Party.Identified(SpiffeId.parse("spiffe://partner.example/web")))
                .map(party ->
                    new Intention(party, new Party.Named("billing"), Intention.Action.ALLOW, entry))
                .toList()));
  }

  private static JwtProvider provider(String name, JwtProvider.Keys keys) {
    return new JwtProvider(
        CONSUL + "/" + name,
        "https://%s.example".formatted(name),
        List.of("shop"),
        Duration.ofSeconds(30),
        new JwtProvider.Carriage(
            List.of(
                new JwtProvider.Location.Header("x-token", ""),
                new JwtProvider.Location.Parameter("token"),
                new JwtProvider.Location.Cookie("token")),
            true,
            new JwtProvider.Payload("x-claims", true)),
        keys);
  }
}
