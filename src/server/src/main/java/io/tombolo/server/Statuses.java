package io.tombolo.server;

import io.tombolo.kubernetes.StatusWriter;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.server.model.ModelLoop;
import java.time.Duration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;

/// Tells the authors of intentions in Kubernetes, in the status of the object, whether it is in
/// force. Runs on a thread of its own, after everything else: nothing waits for it.
final class Statuses implements Runnable {
  private static final Logger LOG = Logger.getLogger(Statuses.class);
  private static final Duration PAUSE = Duration.ofMillis(500);

  private final ModelLoop loop;
  private final Map<SourceId, StatusWriter> writers;
  private Map<Key, List<String>> written = new HashMap<>();

  Statuses(ModelLoop loop, Map<SourceId, StatusWriter> writers) {
    this.loop = loop;
    this.writers = writers;
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

  private void writeNews() {
    var now = new HashMap<Key, List<String>>();
    for (var item : loop.model().mesh().catalog().others().values()) {
      if (item instanceof PolicyObject policy && StatusWriter.concerns(policy.key())) {
        var writer = writers.get(policy.key().source());
        if (writer != null && known(policy, writer)) {
          now.put(policy.key(), policy.problems());
        }
      }
    }
    written = now;
  }

  private boolean known(PolicyObject policy, StatusWriter writer) {
    if (policy.problems().equals(written.get(policy.key()))) {
      return true;
    }
    var failure = writer.write(policy.key(), policy.problems());
    failure.ifPresent(
        why -> LOG.warnf("The status of intention %s cannot be written: %s", policy.key(), why));
    return failure.isEmpty();
  }
}
