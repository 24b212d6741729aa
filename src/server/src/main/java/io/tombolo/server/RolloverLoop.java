package io.tombolo.server;

import io.tombolo.identity.Authority;
import io.tombolo.identity.Inventory;
import io.tombolo.identity.Rollover;
import io.tombolo.identity.Roots;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.server.model.ModelLoop;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/// Keeps the authority's intermediate fresh and its rollover going, until interrupted.
final class RolloverLoop implements Runnable {
  private static final Logger LOG = Logger.getLogger(RolloverLoop.class);
  private static final Duration BETWEEN_STEPS = Duration.ofMillis(500);
  private static final Duration BETWEEN_LOOKS = Duration.ofSeconds(30);
  private static final int SOURCE_PARTS = 2;

  private final Authority authority;
  private final Rollover rollover;
  private final Clock clock;
  private Instant looked = Instant.MIN;
  private List<Rollover.Laggard> waitingFor = List.of();
  private String trouble = "";

  RolloverLoop(Authority authority, Rollover rollover, Clock clock) {
    this.authority = authority;
    this.rollover = rollover;
    this.clock = clock;
    authority.observe(RolloverLoop::tell);
  }

  private static void tell(Roots roots) {
    LOG.infof(
        "Roots: %s; %s signs, %s",
        roots.phase(),
        Roots.fingerprint(roots.signing()),
        roots.other() == null
            ? "no other is trusted"
            : Roots.fingerprint(roots.other()) + " is trusted too");
  }

  @Override
  public void run() {
    try {
      while (true) {
        var now = clock.instant();
        if (now.isAfter(looked.plus(BETWEEN_LOOKS)) || now.isBefore(looked)) {
          looked = now;
          authority.look(now);
        }
        step();
        Thread.sleep(BETWEEN_STEPS);
      }
    } catch (InterruptedException stopped) {
      // The control plane closes.
    }
  }

  /// A bug in one step must not be the end of all: the next may do without it.
  private void step() {
    try {
      rollover.step();
      tellNews();
    } catch (RuntimeException bug) {
      LOG.error("Roots: a step failed. Please report this.", bug);
    }
  }

  private void tellNews() {
    var report = rollover.report();
    if (!report.waitingFor().equals(waitingFor)) {
      waitingFor = report.waitingFor();
      if (!waitingFor.isEmpty()) {
        LOG.warnf(
            "Roots: %s waits for %d hosts; the first: %s",
            report.roots().phase(), waitingFor.size(), waitingFor.getFirst());
      }
    }
    var now = report.trouble().orElse("");
    if (!now.equals(trouble)) {
      trouble = now;
      if (!now.isEmpty()) {
        LOG.errorf("Roots: %s", now);
      }
    }
  }

  /// Is it known that the workload of an SVID is not there any more? Of a node that no source tells
  /// of, as of a mesh gateway, it is never known.
  static boolean gone(Inventory.Entry entry, ModelLoop loop) {
    var parts = entry.node().split("/", -1);
    if (parts.length <= SOURCE_PARTS) {
      return false;
    }
    var mesh = loop.model().mesh();
    var source = parts[0] + "/" + parts[1];
    boolean told =
        mesh.catalog().sources().entrySet().stream()
            .anyMatch(one ->
                one.getKey().toString().equals(source)
                    && one.getValue() instanceof SourceStatus.Synced);
    return told && !mesh.servedBy().containsKey(entry.node());
  }
}
