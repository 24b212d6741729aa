package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.Table;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Comparator;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
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

  /// Names that may be news or gone. Linked: it is gone through far more often than it is large.
  private final Set<String> open = new LinkedHashSet<>();

  /// Names that there are and that the client has not asked for: it lacks something until it does.
  private final Set<String> unasked = new HashSet<>();

  private final Map<String, String> held = new HashMap<>();
  private final Map<String, Refused> refused = new TreeMap<>();
  private final Set<String> asked = new TreeSet<>();
  private final ArrayDeque<List<String>> suspects = new ArrayDeque<>();
  private boolean started;
  private boolean wildcard;
  private boolean answerDue;
  private @Nullable Flight flight;
  private Delivery.OfType progress = Delivery.OfType.NONE;
  private Table table = Table.EMPTY;

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
      held.putAll(request.getInitialResourceVersionsMap());
      open.addAll(held.keySet());
      answerDue = true;
      if (listedWhole && request.getResourceNamesSubscribeCount() == 0) {
        wantAll();
      }
    }
    for (var name : request.getResourceNamesSubscribeList()) {
      if (name.equals(WILDCARD)) {
        wantAll();
      } else {
        names.add(name);
        open.add(name);
        unasked.remove(name);
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
        table.differences(Table.EMPTY, this::notice);
      }
      names.remove(name);
      asked.remove(name);
      notice(name);
    }
    if (!unwanted.isEmpty()) {
      held.keySet().removeIf(name -> !wants(name));
    }
  }

  private void wantAll() {
    wildcard = true;
    unasked.clear();
    table.differences(Table.EMPTY, open::add);
  }

  /// Takes the newest table: from here on all answers are about it. Only what differs from the one
  /// before is looked at.
  void see(Table newest) {
    var before = table;
    table = newest;
    newest.differences(before, this::notice);
  }

  /// This is not, or not any more, as the client has it or wants it.
  private void notice(String name) {
    boolean there = table.get(name).isPresent();
    if (there && !wants(name)) {
      unasked.add(name);
    } else {
      unasked.remove(name);
      open.add(name);
    }
    if (!there) {
      refused.remove(name);
    }
  }

  /// Is what the client has of this not what there is?
  private boolean isOpen(String name) {
    return table
        .get(name)
        .map(resource -> wants(name) && !resource.version().equals(held.get(name)))
        .orElseGet(() -> held.containsKey(name));
  }

  /// Says a resource once more although it did not change.
  void repeat(String name) {
    if (wants(name)) {
      asked.add(name);
      open.add(name);
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
    taken.removed.forEach(held::remove);
    taken.removed.forEach(refused::remove);
    open.removeIf(name -> !asked.contains(name) && !isOpen(name));
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
    untaken.removed.forEach(held::remove);
  }

  /// Is there anything that the client is to get?
  boolean wantsNews() {
    return started && (answerDue || !asked.isEmpty() || news().findAny().isPresent());
  }

  private Stream<Resource> news() {
    return open.stream()
        .filter(this::wants)
        .map(table::get)
        .flatMap(Optional::stream)
        .filter(this::isNews);
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
  Optional<Delta> next() {
    if (!started || flight != null) {
      return Optional.empty();
    }
    var batch = batch();
    var absent = asked.stream().filter(name -> table.get(name).isEmpty()).toList();
    if (batch.isEmpty() && absent.isEmpty() && !answerDue) {
      asked.clear();
      return Optional.empty();
    }
    return Optional.of(new Delta(batch, absent));
  }

  private List<Resource> batch() {
    while (!suspects.isEmpty()) {
      var half = Set.copyOf(suspects.removeFirst());
      var batch = inOrder(news().filter(resource -> half.contains(resource.name())));
      if (!batch.isEmpty()) {
        return batch;
      }
    }
    return inOrder(news());
  }

  private static List<Resource> inOrder(Stream<Resource> resources) {
    return resources.sorted(Comparator.comparing(Resource::name)).toList();
  }

  /// What the client has and should not have any more.
  List<String> leftovers() {
    return open.stream()
        .filter(name -> held.containsKey(name) && table.get(name).isEmpty())
        .sorted()
        .toList();
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
  boolean settled() {
    return flight == null && unasked.isEmpty() && open.stream().noneMatch(this::isOpen);
  }

  /// A response in the making.
  record Delta(List<Resource> resources, List<String> removed) {}
}
