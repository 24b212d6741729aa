package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Table;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What one stream wants of one type in the state-of-the-world form, and what the client has of it.
/// Not thread-safe.
final class SotwSubscription implements Subscription<DiscoveryRequest> {
  private static final String WILDCARD = "*";

  /// A response, answered or not.
  private record Sent(
      String nonce, String version, Map<String, Resource> resources, long revision) {}

  private final ResourceType type;
  private Set<String> names = Set.of();
  private Set<String> demands = Set.of();
  private boolean started;
  private boolean answerDue;
  private boolean answered = true;
  private @Nullable Sent last;
  private Map<String, Resource> held = Map.of();
  private String refusedVersion = "";
  private Delivery.OfType progress = Delivery.OfType.NONE;

  SotwSubscription(ResourceType type) {
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
    return !answered;
  }

  @Override
  public Delivery.OfType progress() {
    return progress;
  }

  /// Its requests say the same whatever there is.
  @Override
  public void see(Table newest, long revision) {}

  @Override
  public void receive(DiscoveryRequest request, Instant now) {
    var wanted = new TreeSet<>(request.getResourceNamesList());
    var sent = last;
    if (!started || sent == null) {
      started = true;
      answerDue = true;
      want(wanted);
      return;
    }
    if (!sent.nonce.equals(request.getResponseNonce())) {
      return;
    }
    boolean repeated = answered && !request.hasErrorDetail();
    if (!answered) {
      answered = true;
      note(sent, request, now);
    }
    // Once more after the acknowledgement: Envoy replaces a cluster, and waits for its endpoints.
    answerDue |= repeated || !names.equals(wanted);
    want(wanted);
  }

  private void want(Set<String> wanted) {
    names = wanted;
    var now = wanted.stream().filter(type::isDemand).collect(Collectors.toUnmodifiableSet());
    if (!now.equals(demands)) {
      demands = now;
    }
  }

  private void note(Sent sent, DiscoveryRequest request, Instant now) {
    if (request.hasErrorDetail()) {
      refusedVersion = sent.version;
      var resources = List.copyOf(new TreeSet<>(sent.resources.keySet()));
      var refusal = Delivery.Refusal.of(resources, request.getErrorDetail().getMessage(), now);
      progress =
          new Delivery.OfType(
              progress.sent(), progress.acked(), progress.ackedAt(), List.of(refusal));
    } else {
      refusedVersion = "";
      held = sent.resources;
      progress = new Delivery.OfType(progress.sent(), sent.revision, now, List.of());
    }
  }

  private boolean wantsAll() {
    return (type.listedWhole() && names.isEmpty()) || names.contains(WILDCARD);
  }

  /// What the client is to have, by name.
  ///
  /// @param keep what it has already and is not to lose yet
  Map<String, Resource> wanted(Table table, boolean keep) {
    var wanted = new TreeMap<String, Resource>();
    held.forEach((name, resource) -> {
      if ((keep || type.outlasts(name)) && (wantsAll() || names.contains(name))) {
        wanted.put(name, resource);
      }
    });
    if (wantsAll()) {
      table.all().forEach(resource -> wanted.put(resource.name(), resource));
    } else {
      names.forEach(name -> table.get(name).ifPresent(found -> wanted.put(name, found)));
    }
    return wanted;
  }

  /// Is this to be sent?
  boolean isNews(Map<String, Resource> wanted) {
    if (!started) {
      return false;
    }
    var version = version(wanted.values());
    return answerDue || (!version.equals(lastVersion()) && !version.equals(refusedVersion));
  }

  private String lastVersion() {
    var sent = last;
    return sent == null ? "" : sent.version;
  }

  void sending(String nonce, Map<String, Resource> wanted, long revision) {
    last = new Sent(nonce, version(wanted.values()), Map.copyOf(wanted), revision);
    answered = false;
    answerDue = false;
    progress =
        new Delivery.OfType(revision, progress.acked(), progress.ackedAt(), progress.refused());
  }

  /// The same for the same resources, everywhere.
  static String version(Collection<Resource> resources) {
    var all =
        resources.stream()
            .map(resource -> resource.name() + "=" + resource.version())
            .sorted()
            .collect(Collectors.joining("\n"));
    return Resource.hash(all.getBytes(StandardCharsets.UTF_8));
  }

  /// Does the client have an earlier form of any of these?
  boolean replaces(Map<String, Resource> wanted) {
    return wanted.values().stream()
        .anyMatch(next -> {
          var before = held.get(next.name());
          return before != null && !before.equals(next);
        });
  }

  /// Says all once more although it did not change.
  void repeat() {
    answerDue = started;
  }

  /// What the client has not got as it is, if it did not acknowledge the whole type at that
  /// revision or later; with what it said against it.
  Map<String, Optional<Delivery.Refusal>> lacking(Table table, long since) {
    if (progress.acked() >= since) {
      return Map.of();
    }
    var said = progress.refused().stream().findFirst();
    var lacking = new TreeMap<String, Optional<Delivery.Refusal>>();
    asked(table)
        .filter(resource -> !resource.equals(held.get(resource.name())))
        .forEach(resource -> lacking.put(resource.name(), said));
    held.keySet().stream()
        .filter(name -> isLeftover(name, table))
        .forEach(name -> lacking.put(name, said));
    return lacking;
  }

  /// Has the client acknowledged exactly what there is?
  boolean settledAt(Table table) {
    return answered
        && held.keySet().stream().noneMatch(name -> isLeftover(name, table))
        && asked(table).allMatch(resource -> resource.equals(held.get(resource.name())));
  }

  /// What the client is to have by its own account: of what may be had as a whole those it names,
  /// as gRPC does, and else all.
  private Stream<Resource> asked(Table table) {
    return type.listedWhole() && !wantsAll()
        ? table.all().filter(resource -> names.contains(resource.name()))
        : table.all();
  }

  private boolean isLeftover(String name, Table table) {
    return table.find(name) == null && !type.outlasts(name);
  }
}
