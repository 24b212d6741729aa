package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.consul.ConsulSource;
import io.tombolo.consul.IntentionsWriter;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Elsewhere;
import io.tombolo.mesh.flow.Inbox;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.server.model.Model;
import io.tombolo.server.model.ModelLoop;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.Loopback;
import java.net.URI;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;

/// What Kubernetes says about a service of Consul, in a real Consul.
@Tag("intentions")
@Timeout(60)
class WriteThroughTest {
  private static final TrustDomain MESH = new TrustDomain("shop.example");
  private static final SourceId DC = SourceId.consul("dc1");
  private static final SourceId CLUSTER = SourceId.kubernetes("east");
  private static final Key OBJECT = PolicyObject.key(CLUSTER, "Intention", "shop", "billing");
  private static final Fact POLICY =
      new Fact.Registered(PolicyObject.accepted(OBJECT, List.of(allow("billing"))));
  private static final ServiceId BILLING = new ServiceId(DC, "default", "billing");
  private static final Service SERVICE =
      new Service(
          BILLING,
          List.of(new Port("", 8080, Protocol.TCP)),
          Set.of("billing"),
          List.of(),
          Map.of(),
          true,
          HttpProfile.STRICT);

  private final Inbox inbox = new Inbox();
  private final BlockingQueue<Model> models = new LinkedBlockingQueue<>();

  private static Intention allow(String destination) {
    return new Intention(
        new Party.InWorld(World.CONSUL, "default", "web"),
        new Party.InWorld(World.CONSUL, "default", destination),
        Intention.Action.ALLOW,
        new Provenance(CLUSTER, "Intention", "shop", destination, 0));
  }

  private void take(Predicate<Mesh> until, Fact... facts) throws InterruptedException {
    List.of(facts).forEach(inbox::put);
    while (true) {
      var model = models.poll(30, TimeUnit.SECONDS);
      assertThat(model).as("a model after %s", List.of(facts)).isNotNull();
      if (until.test(model.mesh())) {
        return;
      }
    }
  }

  private static boolean exists(Consul consul, String name) throws Exception {
    return consul.call("GET", "/v1/config/service-intentions/" + name, "").ok();
  }

  @Test
  void nothing_is_written_or_deleted_unless_kubernetes_is_known_and_fresh() throws Exception {
    var settings =
        new Mesh.Settings(
            MESH,
            new SameName(SameName.Choice.APART, Map.of()),
            Map.of(),
            Visibility.EVERYTHING,
            Mode.STRICT);
    var loop = new ModelLoop(inbox, settings, List.of(CLUSTER, DC));
    loop.observe(models::add);
    var running = Thread.ofVirtual().start(loop);
    try (var consul = Consul.server("dc1", new Loopback()).start();
        var writer =
            new IntentionsWriter(
                DC, MESH, new ConsulSource.Settings(URI.create(consul.url()), "", ""))) {
      writer.write(Map.of("old", List.of(allow("old"))), Set.of(), Set.of(), true);
      var through = new WriteThrough(loop, Map.of(DC, writer));

      take(
          mesh -> WriteThrough.isKnown(mesh, DC) || mesh.catalog().others().containsKey(OBJECT),
          new Fact.Registered(SERVICE),
          new Fact.Complete(DC, Set.of(SERVICE.key())),
          POLICY);
      through.writeNews();
      assertThat(exists(consul, "old")).as("what an earlier run wrote").isTrue();
      assertThat(exists(consul, "billing")).isFalse();

      take(mesh -> WriteThrough.isKnown(mesh, DC), new Fact.Complete(CLUSTER, Set.of(OBJECT)));
      through.writeNews();
      assertThat(exists(consul, "old")).isFalse();
      assertThat(exists(consul, "billing")).isTrue();
      assertThat(through.outcomes())
          .containsExactly(
              Map.entry(OBJECT, new Elsewhere(true, "consul/dc1/service-intentions/billing")));

      take(
          mesh -> !WriteThrough.isKnown(mesh, DC) && mesh.catalog().others().isEmpty(),
          new Fact.Lost(CLUSTER, Instant.EPOCH, "away"),
          new Fact.Gone(OBJECT));
      through.writeNews();
      assertThat(exists(consul, "billing")).as("while the cluster is away").isTrue();

      take(mesh -> WriteThrough.isKnown(mesh, DC), new Fact.Complete(CLUSTER, Set.of()));
      through.writeNews();
      assertThat(exists(consul, "billing")).isFalse();
      assertThat(through.outcomes()).isEmpty();
    } finally {
      running.interrupt();
      running.join();
    }
  }
}
