package io.tombolo.xds.delivery;

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
import java.util.function.Function;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// What both forms of ADS have in common: a subscription for each type, types that nobody is told,
/// nonces, and how far the client has got.
///
/// @param <Q> its requests
/// @param <S> its subscriptions
abstract sealed class BaseSession<Q, S extends Subscription<Q>> implements Session<Q>
    permits DeltaSession, SotwSession {
  private static final int MOST_UNKNOWN_TYPES = 8;

  private final Map<ResourceType, S> subscriptions = new EnumMap<>(ResourceType.class);
  private final Function<Q, String> typeUrl;
  private final Set<String> unknownTypes = new LinkedHashSet<>();
  private final List<String> unanswered = new ArrayList<>();
  private @Nullable View view;
  private long nonces;
  private long applied;
  private @Nullable Instant appliedAt;

  /// @param typeUrl of a request
  /// @param fresh a subscription to a type
  BaseSession(Function<Q, String> typeUrl, Function<ResourceType, S> fresh) {
    this.typeUrl = typeUrl;
    for (var type : ResourceType.values()) {
      subscriptions.put(type, fresh.apply(type));
    }
  }

  @Override
  @SuppressWarnings("ReferenceEquality") // the newest is another instance
  public final void see(View newest) {
    if (newest == view) {
      return;
    }
    view = newest;
    subscriptions.forEach(
        (type, subscription) -> subscription.see(newest.of(type), newest.revision()));
  }

  @Override
  public final void receive(Q request, Instant now) {
    var url = typeUrl.apply(request);
    var type = ResourceType.of(url);
    if (type.isPresent()) {
      of(type.get()).receive(request, now);
      noteApplied(now);
    } else if (unknownTypes.size() < MOST_UNKNOWN_TYPES && unknownTypes.add(url)) {
      unanswered.add(url);
    }
  }

  @Override
  public final List<Response> news(View newest, Instant now) {
    see(newest);
    var responses = new ArrayList<Response>();
    unanswered.forEach(url -> responses.add(nothing(url, newest)));
    unanswered.clear();
    tell(newest, responses);
    noteApplied(now);
    return responses;
  }

  /// Adds what is to be sent now.
  abstract void tell(View newest, List<Response> responses);

  /// The answer about a type that nobody is told.
  abstract Response nothing(String url, View newest);

  /// Has the client acknowledged exactly what there is of this type?
  abstract boolean settled(ResourceType type, View newest);

  /// Tells what the client lacks of this type.
  abstract void lacking(ResourceType type, View newest, long revision, List<Lack> lacking);

  private void noteApplied(Instant now) {
    var told = view;
    if (told != null
        && told.revision() != applied
        && subscriptions.keySet().stream().allMatch(type -> settled(type, told))) {
      applied = told.revision();
      appliedAt = now;
    }
  }

  @Override
  public final int names() {
    return subscriptions.values().stream().mapToInt(Subscription::names).sum();
  }

  @Override
  public final Set<String> demands() {
    return of(ResourceType.CLUSTER).demands();
  }

  @Override
  public final long seen() {
    return view == null ? 0 : view.revision();
  }

  @Override
  public final List<Lack> lacking(long revision) {
    var told = view;
    var lacking = new ArrayList<Lack>();
    if (told != null) {
      subscriptions.keySet().forEach(type -> lacking(type, told, revision, lacking));
    }
    return lacking;
  }

  @Override
  public final Delivery delivery() {
    var types = new EnumMap<ResourceType, Delivery.OfType>(ResourceType.class);
    subscriptions.forEach((type, subscription) -> {
      if (subscription.started()) {
        types.put(type, subscription.progress());
      }
    });
    return new Delivery(types, applied, appliedAt, declined());
  }

  private List<String> declined() {
    var problems = view == null ? List.<String>of() : view.problems();
    return Stream.concat(Declined.of(unknownTypes).stream(), problems.stream()).toList();
  }

  final String nonce() {
    return Long.toString(++nonces);
  }

  final S of(ResourceType type) {
    return Objects.requireNonNull(subscriptions.get(type));
  }
}
