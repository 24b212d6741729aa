package io.tombolo.server;

import io.tombolo.consul.ConsulWorld;
import io.tombolo.consul.IntentionsWriter;
import io.tombolo.consul.IntentionsWriter.Outcome;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Elsewhere;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.server.model.ModelLoop;
import java.io.IOException;
import java.time.Duration;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Writes what is said in Kubernetes about services of Consul into Consul, for proxies that Consul
/// drives. Runs on a thread of its own. While any cluster, or the datacenter, is not followed, it
/// writes and deletes nothing.
final class WriteThrough implements Runnable {
  private static final Logger LOG = Logger.getLogger(WriteThrough.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  /// How often it is looked whether someone else changed or removed what we wrote.
  private static final Duration LOOK_AGAIN = Duration.ofSeconds(30);

  private final ModelLoop loop;
  private final Map<SourceId, IntentionsWriter> writers;
  private volatile Map<Key, Elsewhere> outcomes = Map.of();

  /// Of which everything is written; null if there is none.
  private @Nullable Mesh settled;

  private long settledAt;

  WriteThrough(ModelLoop loop, Map<SourceId, IntentionsWriter> writers) {
    this.loop = loop;
    this.writers = writers;
  }

  /// What became of each object; the same instance until that changes.
  Map<Key, Elsewhere> outcomes() {
    return outcomes;
  }

  @Override
  public void run() {
    try {
      while (!writers.isEmpty() && !Thread.currentThread().isInterrupted()) {
        writeNews();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Writes what has changed since the last time.
  @SuppressWarnings("ReferenceEquality") // an unchanged mesh is the same
  void writeNews() throws InterruptedException {
    var mesh = loop.model().mesh();
    boolean rested = System.nanoTime() - settledAt > LOOK_AGAIN.toNanos();
    if ((mesh == settled && !rested)
        || !writers.keySet().stream().allMatch(dc -> isKnown(mesh, dc))) {
      return;
    }
    var now = new HashMap<Key, Elsewhere>();
    boolean all = true;
    for (var writer : writers.entrySet()) {
      all &= write(mesh, writer.getKey(), writer.getValue(), now);
    }
    settled = all ? mesh : null;
    settledAt = System.nanoTime();
    tell(now);
  }

  /// @return whether it was found out what became of everything
  private static boolean write(
      Mesh mesh, SourceId datacenter, IntentionsWriter writer, Map<Key, Elsewhere> outcomes)
      throws InterruptedException {
    var wanted = wanted(mesh, datacenter);
    try {
      var written =
          writer.write(wanted, named(mesh), unread(mesh), mesh.settings().mode().strict());
      written.forEach((service, outcome) -> {
        var became = said(datacenter, service, outcome);
        if (wanted.containsKey(service)) {
          note(outcomes, wanted.getOrDefault(service, List.of()), became);
        } else {
          LOG.warn(became.message());
        }
      });
      return true;
    } catch (IOException away) {
      var why = new Elsewhere(false, datacenter + ": " + away.getMessage());
      wanted.values().forEach(intentions -> note(outcomes, intentions, why));
      return false;
    }
  }

  private static void note(
      Map<Key, Elsewhere> outcomes, List<Intention> intentions, Elsewhere became) {
    intentions.stream()
        .map(intention -> intention.writtenIn().object())
        .distinct()
        .forEach(key -> outcomes.merge(key, became, Elsewhere::and));
  }

  private static Elsewhere said(SourceId datacenter, String service, Outcome outcome) {
    var where = "%s/service-intentions/%s".formatted(datacenter, service);
    return switch (outcome) {
      case Outcome.Written(var leftOut) ->
          new Elsewhere(
              true,
              leftOut.isEmpty()
                  ? where
                  : where + ", where these are denied: " + String.join("; ", leftOut));
      case Outcome.Unsayable(var why) ->
          new Elsewhere(
              false,
              where
                  + ": not written, and an entry that was ours denies everyone now: "
                  + String.join("; ", why));
      case Outcome.Refused(var why) -> new Elsewhere(false, where + ": " + why);
    };
  }

  private void tell(Map<Key, Elsewhere> now) {
    var before = outcomes;
    if (!now.equals(before)) {
      now.forEach((key, became) -> {
        if (!became.written() && !became.equals(before.get(key))) {
          LOG.warnf("%s is not in Consul: %s", key, became.message());
        }
      });
      outcomes = Map.copyOf(now);
    }
  }

  /// May what is missing be taken for gone? Not in what was recalled, or cannot be read now.
  static boolean isKnown(Mesh mesh, SourceId datacenter) {
    return mesh.catalog().sources().entrySet().stream()
        .filter(source ->
            source.getKey().world() == World.KUBERNETES || source.getKey().equals(datacenter))
        .allMatch(source -> source.getValue() instanceof SourceStatus.Synced);
  }

  /// What Kubernetes says about each service of the datacenter, where something names it.
  static Map<String, List<Intention>> wanted(Mesh mesh, SourceId datacenter) {
    var wanted = new HashMap<String, List<Intention>>();
    for (var service : mesh.catalog().services().values()) {
      if (service.id().source().equals(datacenter)) {
        var about =
            mesh.intentions().at(service, mesh.catalog().identitiesOf(service.id())).stream()
                .filter(WriteThrough::isOfKubernetes)
                .filter(intention -> !isOfEveryService(intention))
                .toList();
        if (about.stream().anyMatch(WriteThrough::namesService)) {
          wanted.put(service.id().name(), about);
        }
      }
    }
    return wanted;
  }

  /// The services of Consul that Kubernetes says something about, registered or not.
  private static Set<String> named(Mesh mesh) {
    var names = new HashSet<String>();
    for (var item : mesh.catalog().others().values()) {
      if (item instanceof PolicyObject policy) {
        policy.intentions().stream()
            .filter(WriteThrough::isOfKubernetes)
            .forEach(intention -> {
              switch (intention.destination()) {
                case Party.Named(var name) -> names.add(name);
                case Party.InWorld(var world, var namespace, var name) -> {
                  if (world == World.CONSUL && namespace.equals(ConsulWorld.NAMESPACE)) {
                    names.add(name);
                  }
                }
                case Party.Everyone _,
                    Party.Anyone _,
                    Party.InNamespace _,
                    Party.Account _,
                    Party.Identified _ -> {}
              }
            });
      }
    }
    return names;
  }

  /// What is rejected, and of which no earlier version is known.
  private static Set<Key> unread(Mesh mesh) {
    return mesh.catalog().others().values().stream()
        .filter(PolicyObject.class::isInstance)
        .map(PolicyObject.class::cast)
        .filter(policy -> policy.intentions().isEmpty() && !policy.problems().isEmpty())
        .map(PolicyObject::key)
        .collect(Collectors.toSet());
  }

  private static boolean isOfKubernetes(Intention intention) {
    return intention.writtenIn().source().world() == World.KUBERNETES;
  }

  private static boolean namesService(Intention intention) {
    return intention.destination() instanceof Party.Named
        || intention.destination() instanceof Party.InWorld;
  }

  /// Weighs less than what names the service: what it would allow, the entry denies.
  private static boolean isOfEveryService(Intention intention) {
    return intention.destination().wildcards() > 0
        && intention.precedence()
            <= Intention.precedenceOf(intention.source(), intention.destination())
        && intention.otherwise() != Otherwise.NEXT;
  }
}
