package io.tombolo.kubernetes;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashSet;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A Kubernetes cluster, read through informers.
///
/// It lists everything, says it with a Complete, and follows what changes. When a question to the
/// API server fails, or an informer breaks, the cluster is lost; then it starts from a new listing,
/// so that nothing which happened meanwhile is missed. Nothing is said of a listing before it is
/// whole.
public final class KubernetesSource implements Source {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(250);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  /// How long things may take.
  ///
  /// @param listing a full listing of the cluster
  /// @param check between two questions whether the API server is still there
  public record Pace(Duration listing, Duration check) {
    public static final Pace USUAL = new Pace(Duration.ofSeconds(60), Duration.ofSeconds(2));
  }

  private final Cluster cluster;
  private final KubernetesClient client;
  private final Pace pace;
  private @Nullable Thread reader;
  private String lostBecause = "";

  /// @param client belongs to the caller, who closes it after this
  public KubernetesSource(Cluster cluster, KubernetesClient client, Pace pace) {
    this.cluster = cluster;
    this.client = client;
    this.pace = pace;
  }

  @Override
  public SourceId id() {
    return cluster.source();
  }

  @Override
  public void start(Consumer<Fact> facts) {
    reader = Thread.ofVirtual().name(id().toString()).start(() -> run(facts));
  }

  private void run(Consumer<Fact> facts) {
    var pause = SHORTEST_PAUSE;
    while (!Thread.currentThread().isInterrupted()) {
      try {
        read(facts);
        pause = SHORTEST_PAUSE;
      } catch (InterruptedException closed) {
        return;
      } catch (IOException away) {
        if (Thread.currentThread().isInterrupted()) {
          return;
        }
        pause = lostBecause.isEmpty() ? SHORTEST_PAUSE : longer(pause);
        lost(facts, String.valueOf(away.getMessage()));
        if (!rest(pause)) {
          return;
        }
      }
    }
  }

  /// Lists and follows until something that matters for the listing changes.
  private void read(Consumer<Fact> facts) throws IOException, InterruptedException {
    var offered = Offered.by(client, id());
    try (var session = new Session(client, offered)) {
      var world = new KubernetesWorld(cluster);
      session.listed(pace.listing).forEach(world::put);
      complete(facts, world, offered);
      long nextCheck = System.nanoTime() + pace.check.toNanos();
      while (true) {
        long left = nextCheck - System.nanoTime();
        if (left <= 0) {
          if (!Offered.by(client, id()).equals(offered)) {
            return;
          }
          nextCheck = System.nanoTime() + pace.check.toNanos();
          continue;
        }
        session
            .next(Duration.ofNanos(left))
            .ifPresent(change ->
                (change.gone() ? world.remove(change.object()) : world.put(change.object()))
                    .forEach(facts));
      }
    }
  }

  private void complete(Consumer<Fact> facts, KubernetesWorld world, Offered offered) {
    world.facts().forEach(facts);
    var present = new HashSet<>(world.present());
    for (var missing : offered.missing()) {
      facts.accept(new Fact.Registered(missing));
      present.add(missing.key());
    }
    facts.accept(new Fact.Complete(id(), present));
    lostBecause = "";
  }

  private void lost(Consumer<Fact> facts, String why) {
    if (!why.equals(lostBecause)) {
      lostBecause = why;
      facts.accept(new Fact.Lost(id(), Instant.now(), why));
    }
  }

  private static Duration longer(Duration pause) {
    var twice = pause.multipliedBy(2);
    return twice.compareTo(LONGEST_PAUSE) < 0 ? twice : LONGEST_PAUSE;
  }

  private static boolean rest(Duration pause) {
    try {
      Thread.sleep(pause);
      return true;
    } catch (InterruptedException closed) {
      return false;
    }
  }

  @Override
  public void close() {
    var reading = reader;
    if (reading != null) {
      reading.interrupt();
      try {
        reading.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
