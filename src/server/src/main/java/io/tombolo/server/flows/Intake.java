package io.tombolo.server.flows;

import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.traffic.Flow;
import io.tombolo.mesh.traffic.FlowStore;
import io.tombolo.xds.translate.Reports;
import java.time.Clock;
import java.util.EnumMap;
import java.util.Map;
import java.util.concurrent.ArrayBlockingQueue;
import java.util.concurrent.BlockingQueue;
import java.util.function.Predicate;
import org.jboss.logging.Logger;

/// Reads what proxies report into the store, on a thread of its own. Whoever brings it never waits:
/// what there is no room for is dropped and counted. Thread-safe.
public final class Intake implements Runnable {
  private static final Logger LOG = Logger.getLogger(Intake.class);

  /// Messages; each of at most 256 KiB, and usually 16.
  private static final int WAITING = 128;

  /// A message, and what it is of.
  public record Batch(
      Admission.Outcome.Admitted to, Reports.Name name, StreamAccessLogsMessage message) {
    int size() {
      return message.getHttpLogs().getLogEntryCount() + message.getTcpLogs().getLogEntryCount();
    }
  }

  /// What is in the store.
  ///
  /// @param refused how many calls were reported and not kept, or messages not read, by why
  public record Contents(FlowStore.Contents store, Map<Refusal, Long> refused) {}

  private final BlockingQueue<Batch> waiting = new ArrayBlockingQueue<>(WAITING);
  private final FlowStore store;
  private final Predicate<SpiffeId> known;
  private final Clock clock;
  private final EnumMap<Refusal, Long> refused = new EnumMap<>(Refusal.class);

  /// @param most how many flows are kept
  /// @param known may there be such a caller? Asked on the thread of this alone.
  Intake(int most, Predicate<SpiffeId> known, Clock clock) {
    this.store = new FlowStore(most);
    this.known = known;
    this.clock = clock;
  }

  public void offer(Batch batch) {
    if (!waiting.offer(batch)) {
      refused(Refusal.DROPPED, batch.size());
    }
  }

  /// Counts what was refused before it was read.
  public void refused(Refusal why, int many) {
    synchronized (refused) {
      refused.merge(why, (long) many, Long::sum);
    }
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        read(waiting.take());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException bug) {
      LOG.error("No more calls are recorded; what was is still there. Please report this.", bug);
    }
  }

  void read(Batch batch) {
    var entries = new Entries(batch.to(), batch.name(), known, why -> refused(why, 1));
    var message = batch.message();
    entries.requests(message.getHttpLogs().getLogEntryList(), this::keep);
    entries.connections(message.getTcpLogs().getLogEntryList(), this::keep);
  }

  private void keep(Flow flow) {
    synchronized (store) {
      store.add(flow, clock.instant());
    }
  }

  public Contents contents() {
    FlowStore.Contents flows;
    synchronized (store) {
      flows = store.contents();
    }
    synchronized (refused) {
      return new Contents(flows, new EnumMap<>(refused));
    }
  }
}
