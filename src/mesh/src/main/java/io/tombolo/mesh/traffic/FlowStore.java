package io.tombolo.mesh.traffic;

import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Request;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.PriorityQueue;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The flows that were seen, at most so many. When there are too many, whoever has most gives way:
/// of the destination with most flows, the caller with most flows there loses the one that was seen
/// longest ago. So neither a service with endless paths nor a caller that tries them all drives out
/// what is known of others. What is lost is counted. Not thread-safe.
public final class FlowStore {
  /// So much of the store is emptied at once.
  private static final int PART = 16;

  private record Target(ServiceId service, SpiffeId workload, int port) {}

  private record Call(Request.@Nullable Http http, Set<String> recorded, boolean allowed) {}

  private static final class Tally {
    long calls;
    final int first;
    int last;

    Tally(int now) {
      first = now;
    }
  }

  private static final class OfCaller {
    /// Those that were seen longest ago come first.
    final LinkedHashMap<Call, Tally> calls = new LinkedHashMap<>(4, 0.75f, true);

    int size() {
      return calls.size();
    }

    int oldest() {
      return calls.isEmpty() ? 0 : calls.firstEntry().getValue().last;
    }
  }

  private static final class OfTarget {
    final Map<SpiffeId, OfCaller> callers = new HashMap<>();
    int size;
    long forgotten;

    int size() {
      return size;
    }
  }

  /// What is in the store.
  ///
  /// @param forgotten how many flows had to make way, by destination: `<service>:<port>`
  public record Contents(List<Seen> flows, SortedMap<String, Long> forgotten) {
    public Contents {
      flows = List.copyOf(flows);
    }
  }

  private final int most;
  private final Interned<SpiffeId> identities;
  private final Interned<Call> calls;
  private final Map<Target, OfTarget> targets = new HashMap<>();
  private int size;

  /// @param most how many flows there may be
  public FlowStore(int most) {
    if (most < 1) {
      throw new IllegalArgumentException("at least one flow must have room, not " + most);
    }
    this.most = most;
    identities = new Interned<>(most);
    calls = new Interned<>(most);
  }

  /// Such a call was seen.
  public void add(Flow flow, Instant when) {
    int now = Math.toIntExact(when.getEpochSecond());
    var request = flow.request();
    var target =
        targets.computeIfAbsent(
            new Target(flow.destination(), identities.of(flow.workload()), request.port()),
            _ -> new OfTarget());
    var call = new Call(request.http(), flow.recorded(), flow.allowed());
    var known = target.callers.get(request.caller());
    var tally = known == null ? null : known.calls.get(call);
    if (tally == null) {
      tally = new Tally(now);
      target
          .callers
          .computeIfAbsent(identities.of(request.caller()), _ -> new OfCaller())
          .calls
          .put(calls.of(call), tally);
      target.size++;
      size++;
    }
    tally.calls++;
    tally.last = Math.max(tally.last, now);
    if (size > most) {
      makeRoom();
    }
  }

  private void makeRoom() {
    var bySize = new PriorityQueue<OfTarget>(Comparator.comparingInt(OfTarget::size).reversed());
    bySize.addAll(targets.values());
    var shrinking = new HashMap<OfTarget, PriorityQueue<Map.Entry<SpiffeId, OfCaller>>>();
    for (int left = Math.max(1, most / PART); left > 0; left--) {
      var largest = bySize.remove();
      forgetOne(largest, shrinking.computeIfAbsent(largest, FlowStore::bySize));
      bySize.add(largest);
    }
  }

  private static PriorityQueue<Map.Entry<SpiffeId, OfCaller>> bySize(OfTarget target) {
    var bySize =
        new PriorityQueue<Map.Entry<SpiffeId, OfCaller>>(
            Comparator.<Map.Entry<SpiffeId, OfCaller>>comparingInt(e -> -e.getValue().size())
                .thenComparingInt(e -> e.getValue().oldest()));
    target.callers.forEach((caller, its) -> bySize.add(Map.entry(caller, its)));
    return bySize;
  }

  private void forgetOne(OfTarget target, PriorityQueue<Map.Entry<SpiffeId, OfCaller>> bySize) {
    var busiest = bySize.remove();
    busiest.getValue().calls.pollFirstEntry();
    target.size--;
    target.forgotten++;
    size--;
    if (busiest.getValue().calls.isEmpty()) {
      target.callers.remove(busiest.getKey());
    } else {
      bySize.add(busiest);
    }
  }

  public int size() {
    return size;
  }

  public Contents contents() {
    var flows = new ArrayList<Seen>(size);
    var forgotten = new TreeMap<String, Long>();
    targets.forEach((target, of) -> {
      if (of.forgotten > 0) {
        forgotten.merge(target.service() + ":" + target.port(), of.forgotten, Long::sum);
      }
      of.callers.forEach((caller, its) ->
          its.calls.forEach((call, tally) -> flows.add(seen(target, caller, call, tally))));
    });
    return new Contents(flows, forgotten);
  }

  private static Seen seen(Target target, SpiffeId caller, Call call, Tally tally) {
    var request = new Request(caller, target.port(), call.http());
    return new Seen(
        new Flow(target.service(), target.workload(), request, call.recorded(), call.allowed()),
        tally.calls,
        Instant.ofEpochSecond(tally.first),
        Instant.ofEpochSecond(tally.last));
  }
}
