package io.tombolo.server.admin;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.traffic.Seen;
import io.tombolo.mesh.traffic.Simulation;
import io.tombolo.server.flows.Intake;
import io.tombolo.server.flows.Refusal;
import java.util.Comparator;
import java.util.List;
import java.util.Map;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Flows as JSON.
final class FlowPages {
  /// Of a list no more are told. What they are taken from is counted whole.
  private static final int MOST = 1000;

  /// @param total how many flows there are
  /// @param flows those with most calls
  record FlowsPage(long total, List<FlowPage> flows, Lost lost) {}

  /// What is not among the flows.
  ///
  /// @param forgotten how many had to make way, by `<service>:<port>`
  /// @param refused how many calls or messages were not kept, by why
  record Lost(SortedMap<String, Long> forgotten, SortedMap<String, Long> refused) {}

  /// @param method null for a connection
  /// @param path null for a connection
  record FlowPage(
      String caller,
      String service,
      String workload,
      int port,
      @Nullable String method,
      @Nullable String path,
      Map<String, String> headers,
      boolean allowed,
      long calls,
      String first,
      String last) {}

  /// The candidate, as one side of a [DiffPages.DiffRequest].
  record SimulationRequest(
      @Nullable Map<String, String> files,
      boolean apply,
      @Nullable String datacenter,
      @Nullable String cluster) {}

  /// @param total how many flows were looked at
  /// @param flipped how many of them flip
  /// @param flips those of them with most calls
  /// @param apart how many were not treated as the policy in force says
  /// @param apartOnes those of them with most calls
  /// @param unenforced how many the policy in force denies, and were let in for it is not enforced
  /// @param unenforcedOnes those of them with most calls
  /// @param undecided how many cannot be decided, by what was not recorded of them
  /// @param gone how many are to what is not there any more
  /// @param changes does anything become of any flow that does not become of it now?
  record SimulationPage(
      long total,
      long flipped,
      List<JudgedPage> flips,
      long apart,
      List<JudgedPage> apartOnes,
      long unenforced,
      List<JudgedPage> unenforcedOnes,
      SortedMap<String, Long> undecided,
      long gone,
      boolean changes,
      Lost lost) {}

  record JudgedPage(FlowPage flow, Verdict live, Verdict candidate) {}

  /// @param rule null if none decided
  record Verdict(boolean allowed, @Nullable String rule, String why) {}

  /// @param text the objects
  /// @param proposals how many services they are about
  /// @param left what was allowed and is not in them
  record LearnedPage(String text, int proposals, List<String> left, Lost lost) {}

  private FlowPages() {}

  static FlowsPage flows(List<Seen> chosen, Intake.Contents contents) {
    var most =
        chosen.stream()
            .sorted(Comparator.comparingLong(Seen::calls).reversed())
            .limit(MOST)
            .map(FlowPages::flow)
            .toList();
    return new FlowsPage(chosen.size(), most, lost(contents));
  }

  static Lost lost(Intake.Contents contents) {
    var refused = new TreeMap<String, Long>();
    contents.refused().forEach((Refusal why, Long many) -> refused.put(why.words(), many));
    return new Lost(contents.store().forgotten(), refused);
  }

  private static FlowPage flow(Seen seen) {
    var flow = seen.flow();
    var http = flow.request().http();
    return new FlowPage(
        flow.request().caller().toString(),
        flow.destination().toString(),
        flow.workload().toString(),
        flow.request().port(),
        http == null ? null : http.method(),
        http == null ? null : http.path(),
        http == null ? Map.of() : joined(http.headers()),
        flow.allowed(),
        seen.calls(),
        seen.first().toString(),
        seen.last().toString());
  }

  private static Map<String, String> joined(Map<String, List<String>> headers) {
    return headers.entrySet().stream()
        .collect(
            Collectors.toMap(
                Map.Entry::getKey, entry -> String.join(InboundPolicy.LIST, entry.getValue())));
  }

  static SimulationPage simulation(Simulation simulation, Intake.Contents contents) {
    return new SimulationPage(
        simulation.flows(),
        simulation.flips().size(),
        judged(simulation.flips()),
        simulation.apart().size(),
        judged(simulation.apart()),
        simulation.unenforced().size(),
        judged(simulation.unenforced()),
        simulation.undecided(),
        simulation.gone(),
        simulation.changesAnything(),
        lost(contents));
  }

  private static List<JudgedPage> judged(List<Simulation.Judged> all) {
    return all.stream()
        .limit(MOST)
        .map(one -> {
          var caller = one.seen().flow().request().caller();
          return new JudgedPage(
              flow(one.seen()), verdict(caller, one.live()), verdict(caller, one.candidate()));
        })
        .toList();
  }

  private static Verdict verdict(SpiffeId caller, Decision decision) {
    return new Verdict(
        decision.allowed(), AdminResource.rule(decision), AdminResource.why(caller, decision));
  }
}
