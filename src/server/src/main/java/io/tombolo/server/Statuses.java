package io.tombolo.server;

import io.tombolo.kubernetes.StatusWriter;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.flow.Elsewhere;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.flow.Verdict;
import io.tombolo.server.model.ModelLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// Tells the authors of intentions and routes in Kubernetes, in the status of the object, whether
/// it is in force. Runs on a thread of its own, after everything else: nothing waits for it.
final class Statuses implements Runnable {
  private static final Logger LOG = Logger.getLogger(Statuses.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final ModelLoop loop;
  private final Map<SourceId, StatusWriter> writers;
  private final Supplier<Map<Key, Elsewhere>> elsewhere;
  private Map<Key, Verdict> written = new HashMap<>();

  /// Of which everything is written; null if there is none.
  private @Nullable Mesh settled;

  private Map<Key, Elsewhere> settledElsewhere = Map.of();

  /// @param elsewhere what became of objects that are written through; the same instance until that
  ///   changes
  Statuses(
      ModelLoop loop,
      Map<SourceId, StatusWriter> writers,
      Supplier<Map<Key, Elsewhere>> elsewhere) {
    this.loop = loop;
    this.writers = writers;
    this.elsewhere = elsewhere;
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        writeNews();
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  @SuppressWarnings("ReferenceEquality") // an unchanged mesh is the same
  private void writeNews() {
    var mesh = loop.model().mesh();
    var became = elsewhere.get();
    if (mesh == settled && became == settledElsewhere) {
      return;
    }
    var now = new HashMap<Key, Verdict>();
    boolean all = true;
    var catalog = mesh.catalog();
    var errors = mesh.errors();
    for (var item : catalog.others().values()) {
      var writer = writers.get(item.key().source());
      if (writer != null && StatusWriter.concerns(item.key())) {
        var verdict =
            Verdict.of(item, catalog)
                .map(of -> of.with(errors.getOrDefault(item.key(), List.of())))
                .map(of -> of.with(Optional.ofNullable(became.get(item.key()))));
        if (verdict.isPresent()) {
          if (known(item.key(), verdict.get(), writer)) {
            now.put(item.key(), verdict.get());
          } else {
            all = false;
          }
        }
      }
    }
    settled = all ? mesh : null;
    settledElsewhere = became;
    written = now;
  }

  private boolean known(Key key, Verdict verdict, StatusWriter writer) {
    if (verdict.equals(written.get(key))) {
      return true;
    }
    var failure = writer.write(key, verdict);
    failure.ifPresent(why -> LOG.warnf("The status of %s cannot be written: %s", key, why));
    return failure.isEmpty();
  }
}
