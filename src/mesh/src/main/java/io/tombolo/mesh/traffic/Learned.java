package io.tombolo.mesh.traffic;

import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Request;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The fewest objects that allow the calls which were allowed when they were seen, and no other
/// caller: one for each service that was called.
///
/// @param left what was allowed and cannot be written, each in a sentence
public record Learned(List<Proposal> proposals, List<String> left) {
  public Learned {
    proposals = List.copyOf(proposals);
    left = List.copyOf(left);
  }

  /// What is to be written of the calls.
  public enum Grain {
    /// Who calls.
    CONNECTIONS,
    /// Who calls, with which methods and paths, where requests are understood.
    REQUESTS
  }

  public static Learned from(Collection<Seen> seen, Grain grain, Dialect dialect) {
    SortedMap<ServiceId, SortedMap<SpiffeId, Set<Optional<Request.Http>>>> allowed =
        new TreeMap<>();
    for (var one : seen) {
      var flow = one.flow();
      if (flow.allowed()) {
        allowed
            .computeIfAbsent(flow.destination(), _ -> new TreeMap<>())
            .computeIfAbsent(flow.request().caller(), _ -> new HashSet<>())
            .add(
                grain == Grain.REQUESTS
                    ? Optional.ofNullable(flow.request().http())
                    : Optional.empty());
      }
    }
    var learning = new Learning(dialect);
    allowed.forEach(learning::about);
    return new Learned(learning.proposals, learning.left);
  }

  /// What was learned so far.
  private static final class Learning {
    private final Dialect dialect;
    private final List<Proposal> proposals = new ArrayList<>();
    private final List<String> left = new ArrayList<>();

    Learning(Dialect dialect) {
      this.dialect = dialect;
    }

    void about(ServiceId service, SortedMap<SpiffeId, Set<Optional<Request.Http>>> callers) {
      var destination = dialect.destination(service);
      if (destination.isEmpty()) {
        left.add(
            "%s: such an object has no name for it alone; write its %d callers in the other kind"
                .formatted(service, callers.size()));
        return;
      }
      var sources = new ArrayList<Proposal.Source>();
      callers.forEach((caller, calls) -> {
        var source = source(service, caller, calls);
        if (source != null) {
          sources.add(source);
        }
      });
      if (!sources.isEmpty()) {
        proposals.add(new Proposal(service, destination.get(), sources));
      }
    }

    private Proposal.@Nullable Source source(
        ServiceId service, SpiffeId caller, Set<Optional<Request.Http>> calls) {
      var party = dialect.source(caller);
      if (party.isEmpty()) {
        left.add(
            "%s -> %s: such an object has no name for the caller alone; write it in the other kind"
                .formatted(caller, service));
        return null;
      }
      if (calls.contains(Optional.<Request.Http>empty())) {
        return new Proposal.Source(party.get(), List.of());
      }
      var requests = calls.stream().flatMap(Optional::stream).toList();
      var named = requests.stream().filter(Paths::canBeNamed).toList();
      if (named.stream().map(Request.Http::method).distinct().count() > Paths.MOST_ALTOGETHER) {
        left.add(
            "%s -> %s: an object has no room for more than %d methods"
                .formatted(caller, service, Paths.MOST_ALTOGETHER));
        return null;
      }
      if (named.size() < requests.size()) {
        left.add(
            "%s -> %s: %d requests without a path, or with a method in lower case, cannot be written"
                .formatted(caller, service, requests.size() - named.size()));
      }
      return named.isEmpty() ? null : new Proposal.Source(party.get(), Paths.of(named));
    }
  }
}
