package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Table;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.BiConsumer;
import org.jspecify.annotations.Nullable;

/// What one stream wants of one type, what the client has of it, and what is on its way. Not
/// thread-safe.
///
/// Small while nothing is open: then the client has a table that many streams share.
final class DeltaSubscription implements Subscription<DeltaDiscoveryRequest> {
  private static final String WILDCARD = "*";

  /// An unanswered response.
  private record Flight(
      String nonce, Map<String, String> versions, Set<String> removed, long revision) {}

  private record Refused(String version, Delivery.Refusal refusal) {}

  private final ResourceType type;
  private final NameSet names = new NameSet();
  private Set<String> demands = Set.of();
  private final Held held = new Held();

  /// Names that may be news or gone, and the first revision of which the client lacks them. Linked:
  /// it is gone through far more often than it is large.
  private Map<String, Long> open = new LinkedHashMap<>();

  /// Names that there are and that the client has not asked for: it lacks something until it does.
  private Set<String> unasked = new HashSet<>();

  /// Names that are to be told even if they did not change.
  private Set<String> asked = new LinkedHashSet<>();

  private final Map<String, Refused> refused = new TreeMap<>();
  private final ArrayDeque<List<String>> suspects = new ArrayDeque<>();
  private boolean started;
  private boolean wildcard;
  private boolean answerDue;
  private @Nullable Flight flight;
  private Delivery.OfType progress = Delivery.OfType.NONE;
  private Table table = Table.EMPTY;
  private long revision;

  DeltaSubscription(ResourceType type) {
    this.type = type;
  }

  @Override
  public boolean started() {
    return started;
  }

  @Override
  public Set<String> demands() {
    return demands;
  }

  @Override
  public int names() {
    return names.size();
  }

  boolean awaitsAnswer() {
    return flight != null;
  }

  @Override
  public Delivery.OfType progress() {
    return new Delivery.OfType(
        progress.sent(),
        progress.acked(),
        progress.ackedAt(),
        refused.values().stream().map(Refused::refusal).toList());
  }

  @Override
  public void receive(DeltaDiscoveryRequest request, Instant now) {
    if (!request.getResponseNonce().isEmpty()) {
      answered(request, now);
    }
    unsubscribe(request.getResourceNamesUnsubscribeList());
    subscribe(request);
    started = true;
  }

  private void subscribe(DeltaDiscoveryRequest request) {
    if (!started) {
      held.begin(table, request.getInitialResourceVersionsMap());
      answerDue = true;
      if (type.listedWhole() && request.getResourceNamesSubscribeCount() == 0) {
        wantAll();
      }
    }
    for (var name : request.getResourceNamesSubscribeList()) {
      if (name.equals(WILDCARD)) {
        wantAll();
      } else {
        want(known(name), !request.containsInitialResourceVersions(name));
      }
    }
    if (!started) {
      request.getInitialResourceVersionsMap().keySet().forEach(name -> openIfNews(known(name)));
      table.differences(Table.EMPTY, name -> begin(name));
    }
  }

  private void begin(String name) {
    if (wants(name)) {
      openIfNews(name);
    } else {
      unasked.add(name);
    }
  }

  private void openIfNews(String name) {
    if (isOpen(name)) {
      open(name, 1);
    }
  }

  private void want(String name, boolean told) {
    names.add(name);
    if (type.isDemand(name)) {
      demands = with(demands, name);
    }
    unasked.remove(name);
    if (told) {
      asked.add(name);
      open(name, 1);
    } else {
      openIfNews(name);
    }
  }

  /// The very string that the table has, if it has it, so that the client's own need not be kept.
  private String known(String name) {
    var there = table.find(name);
    return there == null ? name : there.name();
  }

  private void unsubscribe(List<String> unwanted) {
    for (var name : unwanted) {
      if (name.equals(WILDCARD)) {
        wildcard = false;
        table.differences(Table.EMPTY, this::notWanted);
      } else {
        forget(name);
        asked.remove(name);
        notWanted(name);
      }
    }
  }

  private void forget(String name) {
    names.remove(name);
    if (demands.contains(name)) {
      demands = without(demands, name);
    }
  }

  private static Set<String> with(Set<String> some, String name) {
    var all = new HashSet<>(some);
    all.add(name);
    return Set.copyOf(all);
  }

  private static Set<String> without(Set<String> some, String name) {
    var all = new HashSet<>(some);
    all.remove(name);
    return Set.copyOf(all);
  }

  /// What is not asked for any more is taken for forgotten by the client.
  private void notWanted(String name) {
    if (!wants(name)) {
      held.remove(name);
      open.remove(name);
      if (table.find(name) != null) {
        unasked.add(name);
      }
    }
  }

  private void wantAll() {
    wildcard = true;
    unasked = new HashSet<>();
    table.differences(Table.EMPTY, this::openIfNews);
  }

  private void open(String name, long since) {
    open.putIfAbsent(name, since);
  }

  /// Takes the newest table: from here on all answers are about it. Only what differs from the one
  /// before is looked at.
  @Override
  public void see(Table newest, long newestRevision) {
    if (!started) {
      table = newest;
      revision = newestRevision;
      return;
    }
    var before = table;
    long since = revision + 1;
    table = newest;
    revision = newestRevision;
    newest.differences(before, name -> notice(name, before, since));
  }

  /// This is not, or not any more, as it was in the table of before.
  private void notice(String name, Table before, long since) {
    var there = table.find(name);
    if (there == null) {
      refused.remove(name);
    }
    if (there != null && !wants(name)) {
      unasked.add(name);
      return;
    }
    unasked.remove(name);
    if (!isOpen(name, before)) {
      open.remove(name);
    }
    open(name, since);
  }

  private boolean isOpen(String name) {
    return isOpen(name, table);
  }

  /// Is what the client has of this not what there is?
  private boolean isOpen(String name, Table there) {
    var resource = there.find(name);
    return resource == null
        ? held.has(name) && !type.outlasts(name)
        : wants(name) && !resource.version().equals(held.version(name));
  }

  /// Tells what the client has not got since a revision or longer, with what it said against it.
  void lacking(long since, BiConsumer<String, Delivery.@Nullable Refusal> lack) {
    if (!started) {
      table.differences(Table.EMPTY, name -> lack.accept(name, null));
      return;
    }
    unasked.forEach(name -> lack.accept(name, null));
    open.forEach((name, first) -> {
      if (first <= since && isOpen(name)) {
        lack.accept(name, refusal(name));
      }
    });
  }

  /// What the client said against what there is of this now.
  private Delivery.@Nullable Refusal refusal(String name) {
    var there = table.find(name);
    var rejected = refused.get(name);
    return there == null || rejected == null || !rejected.version.equals(there.version())
        ? null
        : rejected.refusal;
  }

  /// Says a resource once more although it did not change.
  void repeat(String name) {
    if (wants(name)) {
      asked.add(name);
      open(name, revision);
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
    open.keySet().removeIf(name -> !asked.contains(name) && !isOpen(name));
    progress = new Delivery.OfType(progress.sent(), taken.revision, now, List.of());
    if (open.isEmpty()) {
      rest();
    }
  }

  /// Gives back the room that was needed while much was open.
  private void rest() {
    open = new LinkedHashMap<>();
    if (unasked.isEmpty()) {
      unasked = new HashSet<>();
      held.become(table);
    }
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
    if (!started) {
      return false;
    }
    if (answerDue || !asked.isEmpty()) {
      return true;
    }
    for (var name : open.keySet()) {
      if (isNews(name)) {
        return true;
      }
    }
    return false;
  }

  /// There, and neither with the client, nor on its way, nor refused.
  private boolean isNews(String name) {
    var resource = table.find(name);
    if (resource == null || !wants(name)) {
      return false;
    }
    var version = resource.version();
    var rejected = refused.get(name);
    if (rejected != null && rejected.version.equals(version)) {
      return false;
    }
    var flying = flight == null ? null : flight.versions.get(name);
    return asked.contains(name) || !version.equals(flying == null ? held.version(name) : flying);
  }

  /// What is to be sent next, or nothing.
  Optional<Delta> next() {
    if (!started || flight != null) {
      return Optional.empty();
    }
    var batch = batch();
    var absent = asked.stream().filter(name -> table.find(name) == null).toList();
    if (batch.isEmpty() && absent.isEmpty() && !answerDue) {
      asked.clear();
      return Optional.empty();
    }
    return Optional.of(new Delta(batch, absent));
  }

  private List<Resource> batch() {
    while (!suspects.isEmpty()) {
      var batch = news(suspects.removeFirst());
      if (!batch.isEmpty()) {
        return batch;
      }
    }
    return news(open.keySet());
  }

  private List<Resource> news(Iterable<String> among) {
    var news = new ArrayList<Resource>();
    for (var name : among) {
      var resource = table.find(name);
      if (resource != null && isNews(name)) {
        news.add(resource);
      }
    }
    return news;
  }

  /// What the client has and should not have any more.
  List<String> leftovers() {
    return open.keySet().stream().filter(name -> table.find(name) == null && isOpen(name)).toList();
  }

  /// Notes what is being sent.
  void sending(String nonce, Delta delta, long told) {
    var versions = HashMap.<String, String>newHashMap(delta.resources().size());
    for (var resource : delta.resources()) {
      versions.put(resource.name(), resource.version());
      asked.remove(resource.name());
    }
    flight = new Flight(nonce, versions, Set.copyOf(delta.removed()), told);
    for (var absent : delta.removed()) {
      asked.remove(absent);
      if (type.isDemand(absent)) {
        // It is asked for again by the next call. A client that calls every address there is must
        // not be remembered for it.
        forget(absent);
      }
    }
    if (asked.isEmpty()) {
      asked = new LinkedHashSet<>();
    }
    answerDue = false;
    progress = new Delivery.OfType(told, progress.acked(), progress.ackedAt(), List.of());
  }

  /// Does the client have this?
  boolean holds(String name) {
    return held.has(name);
  }

  /// Has the client acknowledged exactly what there is?
  boolean settled() {
    return started
        ? flight == null && unasked.isEmpty() && open.keySet().stream().noneMatch(this::isOpen)
        : table.size() == 0;
  }

  /// A response in the making.
  record Delta(List<Resource> resources, List<String> removed) {}
}
