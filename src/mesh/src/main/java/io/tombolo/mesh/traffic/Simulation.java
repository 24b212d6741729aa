package io.tombolo.mesh.traffic;

import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import java.util.ArrayList;
import java.util.Collection;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;

/// What would become of the flows that were seen under another policy.
///
/// @param flips those that the other policy decides otherwise than the live one, those with most
///   calls first
/// @param apart those of which the live policy does not say what their proxy did: it was another
///   then, or the proxy does not enforce it. They are not among the flips.
/// @param unenforced those that the live policy denies and their proxy let in, for intentions about
///   the service are not enforced. Not among the flips either.
/// @param undecided how many cannot be decided, by what was not recorded of them
/// @param gone how many are to a service or port that is not there any more
/// @param flows how many were looked at
public record Simulation(
    List<Judged> flips,
    List<Judged> apart,
    List<Judged> unenforced,
    SortedMap<String, Long> undecided,
    long gone,
    long flows) {
  private static final Comparator<Judged> MOST_CALLS =
      Comparator.<Judged>comparingLong(judged -> judged.seen().calls()).reversed();

  public Simulation {
    flips = List.copyOf(flips);
    apart = List.copyOf(apart);
    unenforced = List.copyOf(unenforced);
  }

  /// A flow, and what either policy decides.
  public record Judged(Seen seen, Decision live, Decision candidate) {
    public boolean flips() {
      return live.allowed() != candidate.allowed();
    }
  }

  /// A policy of the mesh.
  public interface Policy {
    /// What is in force at this port of the service, at workloads of this identity; empty if there
    /// is no such service or port.
    Optional<InboundPolicy> at(ServiceId service, SpiffeId workload, int port);
  }

  /// Does anything become of a flow that does not become of it now?
  public boolean changesAnything() {
    return !flips.isEmpty() || apart.stream().anyMatch(Judged::flips);
  }

  public static Simulation of(Collection<Seen> seen, Policy live, Policy candidate) {
    var run = new Run(live, candidate);
    seen.forEach(run::judge);
    run.flips.sort(MOST_CALLS);
    run.apart.sort(MOST_CALLS);
    run.unenforced.sort(MOST_CALLS);
    return new Simulation(
        run.flips, run.apart, run.unenforced, run.undecided, run.gone, seen.size());
  }

  /// A simulation while it is made.
  private static final class Run {
    private record Target(ServiceId service, SpiffeId workload, int port) {}

    private record Judges(Judge live, Judge candidate) {}

    private final Policy live;
    private final Policy candidate;
    private final Map<Target, Optional<Judges>> judges = new HashMap<>();
    private final List<Judged> flips = new ArrayList<>();
    private final List<Judged> apart = new ArrayList<>();
    private final List<Judged> unenforced = new ArrayList<>();
    private final SortedMap<String, Long> undecided = new TreeMap<>();
    private long gone;

    Run(Policy live, Policy candidate) {
      this.live = live;
      this.candidate = candidate;
    }

    void judge(Seen seen) {
      var flow = seen.flow();
      var target = new Target(flow.destination(), flow.workload(), flow.request().port());
      judges
          .computeIfAbsent(target, this::judges)
          .ifPresentOrElse(both -> judge(seen, both), () -> gone++);
    }

    private Optional<Judges> judges(Target target) {
      var now = live.at(target.service(), target.workload(), target.port()).map(Judge::new);
      var then = candidate.at(target.service(), target.workload(), target.port()).map(Judge::new);
      return now.flatMap(one -> then.map(other -> new Judges(one, other)));
    }

    private void judge(Seen seen, Judges both) {
      switch (both.live().of(seen.flow())) {
        case Judgement.Open(var lacking) -> undecided(String.join(", ", lacking));
        case Judgement.Decided(var now) -> {
          switch (both.candidate().of(seen.flow())) {
            case Judgement.Open(var lacking) -> undecided(String.join(", ", lacking));
            case Judgement.Decided(var then) -> decided(new Judged(seen, now, then), both.live());
          }
        }
      }
    }

    private void undecided(String lacking) {
      undecided.merge(lacking, 1L, Long::sum);
    }

    private void decided(Judged judged, Judge live) {
      var flow = judged.seen().flow();
      if (judged.live().allowed() != flow.allowed()) {
        (flow.allowed() && live.exempts(flow) ? unenforced : apart).add(judged);
      } else if (judged.flips()) {
        flips.add(judged);
      }
    }
  }
}
