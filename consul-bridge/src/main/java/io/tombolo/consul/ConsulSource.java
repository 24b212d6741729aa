package io.tombolo.consul;

import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceId;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.concurrent.ThreadLocalRandom;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/// A Consul datacenter, read through its HTTP API: all services with their instances and health,
/// their protocols, intentions, and providers of tokens.
///
/// It holds seven blocking queries however many services there are, and re-reads a service when one
/// of them shows that it may have changed.
public final class ConsulSource implements Source {
  private static final Duration SHORTEST_PAUSE = Duration.ofMillis(200);
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(5);

  private final ConsulWorld world;
  private final Settings settings;
  private @Nullable Thread reader;

  /// Where Consul is and how to speak to it.
  ///
  /// @param url `http://` or `https://` with host and port
  /// @param token empty for none; never logged
  /// @param ca a PEM file of the authorities its certificate may come from, or empty for the
  ///   system's
  public record Settings(URI url, String token, String ca) {
    public Settings {
      if (url.getHost() == null || !String.valueOf(url.getScheme()).matches("https?")) {
        throw new IllegalArgumentException(
            "url: \"%s\" must be http://host:port or https://host:port"
                .formatted(Names.printable(url.toString())));
      }
    }

    @Override
    public String toString() {
      return url.toString();
    }
  }

  public ConsulSource(ConsulWorld world, Settings settings) {
    this.world = world;
    this.settings = settings;
  }

  @Override
  public SourceId id() {
    return world.source();
  }

  @Override
  public void start(Consumer<Fact> facts) {
    var told = new Told(id(), facts);
    reader = Thread.ofVirtual().name(id().toString()).start(() -> run(told));
  }

  private void run(Told told) {
    var pause = SHORTEST_PAUSE;
    while (!Thread.currentThread().isInterrupted()) {
      var synced = false;
      try (var session = new Session(world, settings, told)) {
        session.list();
        synced = true;
        session.follow();
      } catch (InterruptedException closed) {
        return;
      } catch (IOException away) {
        lost(told, String.valueOf(away.getMessage()));
      } catch (RuntimeException defect) {
        lost(told, "cannot be understood: " + Names.printable(defect.toString()));
      }
      pause = synced ? SHORTEST_PAUSE : min(pause.multipliedBy(2), LONGEST_PAUSE);
      if (!rest(pause)) {
        return;
      }
    }
  }

  private static void lost(Told told, String why) {
    if (!Thread.currentThread().isInterrupted()) {
      told.lost(why);
    }
  }

  private static Duration min(Duration a, Duration b) {
    return a.compareTo(b) < 0 ? a : b;
  }

  /// Waits half to all of the time, so that many replicas do not come back together. False if the
  /// source was closed meanwhile.
  private static boolean rest(Duration longest) {
    long millis = longest.toMillis();
    try {
      Thread.sleep(ThreadLocalRandom.current().nextLong(millis / 2, millis + 1));
      return true;
    } catch (InterruptedException closed) {
      return false;
    }
  }

  @Override
  public void close() {
    var started = reader;
    if (started != null && started != Thread.currentThread()) {
      started.interrupt();
      try {
        started.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
