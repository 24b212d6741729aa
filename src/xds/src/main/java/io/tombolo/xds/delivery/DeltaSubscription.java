package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.Table;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one stream wants of one type, what the client has of it, and what is on its way. Not
/// thread-safe.
final class DeltaSubscription {
  private static final String WILDCARD = "*";

  /// An unanswered response.
  private record Flight(
      String nonce, Map<String, String> versions, Set<String> removed, long revision) {}

  private record Refused(String version, Delivery.Refusal refusal) {}

  private final boolean listedWhole;
  private final Set<String> names = new HashSet<>();
  private final Map<String, String> held = new HashMap<>();
  private final Map<String, Refused> refused = new TreeMap<>();
  private final Set<String> asked = new TreeSet<>();
  private final ArrayDeque<List<String>> suspects = new ArrayDeque<>();
  private boolean started;
  private boolean wildcard;
  private boolean answerDue;
  private @Nullable Flight flight;
  private Delivery.OfType progress = Delivery.OfType.NONE;

  DeltaSubscription(boolean listedWhole) {
    this.listedWhole = listedWhole;
  }

  boolean started() {
    return started;
  }

  boolean awaitsAnswer() {
    return flight != null;
  }

  Delivery.OfType progress() {
    return new Delivery.OfType(
        progress.sent(),
        progress.acked(),
        progress.ackedAt(),
        refused.values().stream().map(Refused::refusal).toList());
  }

  void receive(DeltaDiscoveryRequest request, Instant now) {
    if (!request.getResponseNonce().isEmpty()) {
      answered(request, now);
    }
    unsubscribe(request.getResourceNamesUnsubscribeList());
    subscribe(request);
    started = true;
  }

  private void subscribe(DeltaDiscoveryRequest request) {
    if (!started) {
      wildcard = listedWhole && request.getResourceNamesSubscribeCount() == 0;
      held.putAll(request.getInitialResourceVersionsMap());
      answerDue = true;
    }
    for (var name : request.getResourceNamesSubscribeList()) {
      if (name.equals(WILDCARD)) {
        wildcard = true;
      } else {
        names.add(name);
        if (!request.containsInitialResourceVersions(name)) {
          asked.add(name);
        }
      }
    }
  }

  private void unsubscribe(List<String> unwanted) {
    for (var name : unwanted) {
      if (name.equals(WILDCARD)) {
        wildcard = false;
      }
      names.remove(name);
      asked.remove(name);
    }
    held.keySet().removeIf(name -> !wants(name));
  }

  /// Says a resource once more although it did not change.
  void repeat(String name) {
    if (wants(name)) {
      asked.add(name);
    }
  }

  private boolean wants(String name) {
    return wildcard || names.contains(name);
  }

  /// An answer to anything but the last response is out of date and says nothing.
  private void answered(DeltaDiscoveryRequest request, Instant now) {
    var last = flight;
    if (last == null || !last.nonce.equals(request.getResponseNonce())) {
      return;
    }
    flight = null;
    if (request.hasErrorDetail()) {
      refuse(last, request.getErrorDetail().getMessage(), now);
    } else {
      accept(last, now);
    }
  }

  private void accept(Flight taken, Instant now) {
    taken.versions.forEach((name, version) -> {
      refused.remove(name);
      if (wants(name)) {
        held.put(name, version);
      }
    });
    held.keySet().removeAll(taken.removed);
    refused.keySet().removeAll(taken.removed);
    progress = new Delivery.OfType(progress.sent(), taken.revision, now, List.of());
  }

  /// One resource that is not taken is left alone until it changes. Of several, each half is tried
  /// again, so that the good ones get through.
  private void refuse(Flight untaken, String message, Instant now) {
    var untakenNames = untaken.versions.keySet().stream().sorted().toList();
    if (untakenNames.size() > 1) {
      int half = untakenNames.size() / 2;
      suspects.addFirst(untakenNames.subList(half, untakenNames.size()));
      suspects.addFirst(untakenNames.subList(0, half));
    } else {
      untaken.versions.forEach((name, version) ->
          refused.put(name, new Refused(version, Delivery.Refusal.of(untakenNames, message, now))));
    }
    held.keySet().removeAll(untaken.removed);
  }

  /// Is there anything that the client is to get?
  boolean wantsNews(Table table) {
    return started && (answerDue || !asked.isEmpty() || news(table).findAny().isPresent());
  }

  private Stream<Resource> news(Table table) {
    var wanted =
        wildcard
            ? table.all()
            : names.stream()
                .map(table::get)
                .flatMap(Optional::stream)
                .sorted(Comparator.comparing(Resource::name));
    return wanted.filter(this::isNews);
  }

  /// Neither with the client, nor on its way, nor refused.
  private boolean isNews(Resource resource) {
    var name = resource.name();
    var version = resource.version();
    var rejected = refused.get(name);
    if (rejected != null && rejected.version.equals(version)) {
      return false;
    }
    var known =
        flight == null ? held.get(name) : flight.versions.getOrDefault(name, held.get(name));
    return asked.contains(name) || !version.equals(known);
  }

  /// What is to be sent next, or nothing.
  Optional<Delta> next(Table table) {
    if (!started || flight != null) {
      return Optional.empty();
    }
    var batch = batch(table);
    var absent = asked.stream().filter(name -> table.get(name).isEmpty()).toList();
    if (batch.isEmpty() && absent.isEmpty() && !answerDue) {
      asked.clear();
      return Optional.empty();
    }
    return Optional.of(new Delta(batch, absent));
  }

  private List<Resource> batch(Table table) {
    while (!suspects.isEmpty()) {
      var half = Set.copyOf(suspects.removeFirst());
      var batch = news(table).filter(resource -> half.contains(resource.name())).toList();
      if (!batch.isEmpty()) {
        return batch;
      }
    }
    return news(table).toList();
  }

  /// What the client has and should not have any more.
  List<String> leftovers(Table table) {
    return held.keySet().stream().filter(name -> table.get(name).isEmpty()).sorted().toList();
  }

  /// Notes what is being sent.
  void sending(String nonce, Delta delta, long revision) {
    var versions = new HashMap<String, String>();
    delta.resources().forEach(resource -> versions.put(resource.name(), resource.version()));
    flight = new Flight(nonce, versions, Set.copyOf(delta.removed()), revision);
    asked.removeAll(versions.keySet());
    asked.removeAll(delta.removed());
    answerDue = false;
    progress = new Delivery.OfType(revision, progress.acked(), progress.ackedAt(), List.of());
  }

  /// Does the client have this?
  boolean holds(String name) {
    return held.containsKey(name);
  }

  /// Has the client acknowledged exactly what there is?
  boolean settledAt(Table table) {
    return flight == null
        && table.all().allMatch(r -> Objects.equals(held.get(r.name()), r.version()))
        && leftovers(table).isEmpty();
  }

  /// Forgets refusals of what is gone.
  void forget(Table table) {
    refused.keySet().removeIf(name -> table.get(name).isEmpty());
  }

  /// A response in the making.
  record Delta(List<Resource> resources, List<String> removed) {}
}
