package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.ResourceName;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// One state-of-the-world ADS stream, in the same order as [DeltaSession]. Not thread-safe.
///
/// Every response names all there is of its type, so that a cluster that is gone is kept in it
/// until the client has listeners and routes without it.
public final class SotwSession implements Session<DiscoveryRequest> {
  private static final int MOST_UNKNOWN_TYPES = 8;

  private final Map<ResourceType, SotwSubscription> subscriptions =
      new EnumMap<>(ResourceType.class);
  private final Set<String> unknownTypes = new LinkedHashSet<>();
  private final List<String> unanswered = new ArrayList<>();
  private @Nullable View view;
  private long nonces;
  private long applied;
  private @Nullable Instant appliedAt;

  public SotwSession() {
    for (var type : ResourceType.values()) {
      subscriptions.put(type, new SotwSubscription(type.listedWhole()));
    }
  }

  @Override
  public void receive(DiscoveryRequest request, Instant now) {
    var type = ResourceType.of(request.getTypeUrl());
    if (type.isPresent()) {
      of(type.get()).receive(request, now);
      noteApplied(now);
    } else if (unknownTypes.size() < MOST_UNKNOWN_TYPES && unknownTypes.add(request.getTypeUrl())) {
      unanswered.add(request.getTypeUrl());
    }
  }

  @Override
  public List<Response> news(View newest, Instant now) {
    view = newest;
    var responses = new ArrayList<Response>();
    unanswered.forEach(typeUrl -> responses.add(response(typeUrl, nonce(), List.of())));
    unanswered.clear();
    for (var type : ResourceType.values()) {
      var wanted = wanted(type, newest);
      if (mayAdd(type, newest) && !of(type).awaitsAnswer() && of(type).isNews(wanted)) {
        responses.add(send(type, wanted));
      }
    }
    noteApplied(now);
    return responses;
  }

  private boolean mayAdd(ResourceType type, View newest) {
    return switch (type) {
      case CLUSTER -> true;
      case ENDPOINTS -> !wantsNews(ResourceType.CLUSTER, newest);
      case LISTENER, ROUTES ->
          has(ResourceType.CLUSTER, newest) && has(ResourceType.ENDPOINTS, newest);
    };
  }

  private Map<String, Resource> wanted(ResourceType type, View newest) {
    boolean keep =
        switch (type) {
          case LISTENER, ROUTES -> false;
          case CLUSTER, ENDPOINTS ->
              !(has(ResourceType.LISTENER, newest) && has(ResourceType.ROUTES, newest));
        };
    return of(type).wanted(newest.of(type), keep);
  }

  private boolean wantsNews(ResourceType type, View newest) {
    return of(type).isNews(wanted(type, newest));
  }

  private boolean has(ResourceType type, View newest) {
    return !of(type).awaitsAnswer() && !wantsNews(type, newest);
  }

  private Response send(ResourceType type, Map<String, Resource> wanted) {
    if (type == ResourceType.CLUSTER && of(type).replaces(wanted)) {
      // A cluster that Envoy replaces waits for endpoints, also for those it had.
      of(ResourceType.ENDPOINTS).repeat();
    }
    var nonce = nonce();
    of(type).sending(nonce, wanted, Objects.requireNonNull(view).revision());
    return response(type.typeUrl(), nonce, List.copyOf(wanted.values()));
  }

  private static Response response(String typeUrl, String nonce, List<Resource> resources) {
    return Response.whole(typeUrl, nonce, SotwSubscription.version(resources), resources);
  }

  private String nonce() {
    return Long.toString(++nonces);
  }

  private void noteApplied(Instant now) {
    var told = view;
    if (told != null
        && told.revision() != applied
        && subscriptions.entrySet().stream()
            .allMatch(entry -> entry.getValue().settledAt(told.of(entry.getKey())))) {
      applied = told.revision();
      appliedAt = now;
    }
  }

  @Override
  public int names() {
    return subscriptions.values().stream().mapToInt(SotwSubscription::names).sum();
  }

  @Override
  public long seen() {
    return view == null ? 0 : view.revision();
  }

  @Override
  public List<Lack> lacking(long revision) {
    var lacking = new ArrayList<Lack>();
    if (view != null) {
      for (var type : ResourceType.values()) {
        of(type)
            .lacking(view.of(type), revision)
            .forEach((name, refusal) ->
                lacking.add(new Lack(new ResourceName(type, name), refusal.orElse(null))));
      }
    }
    return lacking;
  }

  @Override
  public Delivery delivery() {
    var types = new EnumMap<ResourceType, Delivery.OfType>(ResourceType.class);
    subscriptions.forEach((type, subscription) -> {
      if (subscription.started()) {
        types.put(type, subscription.progress());
      }
    });
    return new Delivery(types, applied, appliedAt, Declined.of(unknownTypes));
  }

  private SotwSubscription of(ResourceType type) {
    return Objects.requireNonNull(subscriptions.get(type));
  }
}
