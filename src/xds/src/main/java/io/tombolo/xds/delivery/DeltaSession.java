package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
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

/// One delta ADS stream. Not thread-safe.
///
/// What is new is sent before anything is taken away: clusters, their endpoints, then listeners and
/// routes once the clusters are acknowledged (Envoy acknowledges a cluster when it is ready). What
/// is gone goes in the opposite order. At most one response of a type awaits its answer.
public final class DeltaSession implements Session<DeltaDiscoveryRequest> {
  private static final int MOST_UNKNOWN_TYPES = 8;

  private final Map<ResourceType, DeltaSubscription> subscriptions =
      new EnumMap<>(ResourceType.class);
  private final Set<String> unknownTypes = new LinkedHashSet<>();
  private final List<String> unanswered = new ArrayList<>();
  private @Nullable View view;
  private long nonces;
  private long applied;
  private @Nullable Instant appliedAt;

  public DeltaSession() {
    for (var type : ResourceType.values()) {
      subscriptions.put(type, new DeltaSubscription(type.listedWhole()));
    }
  }

  @Override
  public void receive(DeltaDiscoveryRequest request, Instant now) {
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
    unanswered.forEach(typeUrl -> responses.add(nothing(typeUrl, newest.revision())));
    unanswered.clear();
    subscriptions.forEach(
        (type, subscription) -> subscription.see(newest.of(type), newest.revision()));
    for (var type : ResourceType.values()) {
      if (mayAdd(type)) {
        of(type).next().ifPresent(delta -> responses.add(send(type, delta)));
      }
    }
    if (responses.isEmpty()) {
      remove(responses);
    }
    noteApplied(now);
    return responses;
  }

  /// Endpoints do not wait for the clusters to be acknowledged: Envoy waits for them with that.
  private boolean mayAdd(ResourceType type) {
    return switch (type) {
      case CLUSTER -> true;
      case ENDPOINTS -> !of(ResourceType.CLUSTER).wantsNews();
      case LISTENER, ROUTES -> has(ResourceType.CLUSTER) && has(ResourceType.ENDPOINTS);
    };
  }

  /// Has the client got all that is new of this type?
  private boolean has(ResourceType type) {
    return !of(type).awaitsAnswer() && !of(type).wantsNews();
  }

  /// A cluster goes when the listeners and routes that used it have gone.
  private void remove(List<Response> responses) {
    var order =
        List.of(
            ResourceType.LISTENER,
            ResourceType.ROUTES,
            ResourceType.CLUSTER,
            ResourceType.ENDPOINTS);
    if (!order.stream().allMatch(this::has)) {
      return;
    }
    for (var type : order) {
      var leftovers = of(type).leftovers();
      if (!leftovers.isEmpty()) {
        responses.add(send(type, new DeltaSubscription.Delta(List.of(), leftovers)));
        return;
      }
    }
  }

  private Response send(ResourceType type, DeltaSubscription.Delta delta) {
    var revision = Objects.requireNonNull(view).revision();
    if (type == ResourceType.CLUSTER) {
      // A cluster that Envoy replaces waits for endpoints, also for those it had.
      delta.resources().stream()
          .map(Resource::name)
          .filter(of(type)::holds)
          .forEach(of(ResourceType.ENDPOINTS)::repeat);
    }
    var nonce = nonce();
    of(type).sending(nonce, delta, revision);
    return Response.delta(type.typeUrl(), nonce, revision, delta.resources(), delta.removed());
  }

  private Response nothing(String typeUrl, long revision) {
    return Response.delta(typeUrl, nonce(), revision, List.of(), List.of());
  }

  private String nonce() {
    return Long.toString(++nonces);
  }

  private void noteApplied(Instant now) {
    var told = view;
    if (told != null
        && told.revision() != applied
        && subscriptions.values().stream().allMatch(DeltaSubscription::settled)) {
      applied = told.revision();
      appliedAt = now;
    }
  }

  @Override
  public int names() {
    return subscriptions.values().stream().mapToInt(DeltaSubscription::names).sum();
  }

  @Override
  public long seen() {
    return view == null ? 0 : view.revision();
  }

  @Override
  public List<Lack> lacking(long revision) {
    var lacking = new ArrayList<Lack>();
    subscriptions.forEach((type, subscription) ->
        subscription.lacking(
            revision,
            (name, refusal) -> lacking.add(new Lack(new ResourceName(type, name), refusal))));
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

  private DeltaSubscription of(ResourceType type) {
    return Objects.requireNonNull(subscriptions.get(type));
  }
}
