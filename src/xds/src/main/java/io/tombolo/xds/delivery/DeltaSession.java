package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.ResourceName;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.View;
import java.util.List;

/// One delta ADS stream. Not thread-safe.
///
/// What is new is sent before anything is taken away: clusters, their endpoints, then listeners and
/// routes once the clusters are acknowledged (Envoy acknowledges a cluster when it is ready). What
/// is gone goes in the opposite order. At most one response of a type awaits its answer.
public final class DeltaSession extends BaseSession<DeltaDiscoveryRequest, DeltaSubscription> {
  public DeltaSession() {
    super(DeltaDiscoveryRequest::getTypeUrl, DeltaSubscription::new);
  }

  @Override
  void tell(View newest, List<Response> responses) {
    for (var type : ResourceType.values()) {
      if (mayAdd(type)) {
        of(type).next().ifPresent(delta -> responses.add(send(type, delta, newest)));
      }
    }
    if (responses.isEmpty()) {
      remove(newest, responses);
    }
  }

  /// Endpoints follow the clusters that were sent and do not wait for them to be acknowledged:
  /// Envoy waits for the endpoints with that, also if the clusters have changed again meanwhile.
  private boolean mayAdd(ResourceType type) {
    return switch (type) {
      case CLUSTER -> true;
      case ENDPOINTS ->
          of(ResourceType.CLUSTER).awaitsAnswer() || !of(ResourceType.CLUSTER).wantsNews();
      case LISTENER, ROUTES -> has(ResourceType.CLUSTER) && has(ResourceType.ENDPOINTS);
    };
  }

  /// Has the client got all that is new of this type?
  private boolean has(ResourceType type) {
    return !of(type).awaitsAnswer() && !of(type).wantsNews();
  }

  /// A cluster goes when the listeners and routes that used it have gone.
  private void remove(View newest, List<Response> responses) {
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
        responses.add(send(type, new DeltaSubscription.Delta(List.of(), leftovers), newest));
        return;
      }
    }
  }

  private Response send(ResourceType type, DeltaSubscription.Delta delta, View newest) {
    if (type == ResourceType.CLUSTER) {
      // A cluster that Envoy replaces waits for endpoints, also for those it had.
      delta.resources().stream()
          .map(Resource::name)
          .filter(of(type)::holds)
          .forEach(of(ResourceType.ENDPOINTS)::repeat);
    }
    var nonce = nonce();
    of(type).sending(nonce, delta, newest.revision());
    return Response.delta(
        type.typeUrl(), nonce, newest.revision(), delta.resources(), delta.removed());
  }

  @Override
  Response nothing(String url, View newest) {
    return Response.delta(url, nonce(), newest.revision(), List.of(), List.of());
  }

  @Override
  boolean settled(ResourceType type, View newest) {
    return of(type).settled();
  }

  @Override
  void lacking(ResourceType type, View newest, long revision, List<Lack> lacking) {
    of(type)
        .lacking(
            revision,
            (name, refusal) -> lacking.add(new Lack(new ResourceName(type, name), refusal)));
  }
}
