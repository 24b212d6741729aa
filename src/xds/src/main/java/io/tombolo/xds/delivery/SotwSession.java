package io.tombolo.xds.delivery;

import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.tombolo.xds.snapshot.Resource;
import io.tombolo.xds.snapshot.ResourceName;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.View;
import java.util.List;
import java.util.Map;

/// One state-of-the-world ADS stream, in the same order as [DeltaSession]. Not thread-safe.
///
/// Every response names all there is of its type, so that a cluster that is gone is kept in it
/// until the client has listeners and routes without it.
public final class SotwSession extends BaseSession<DiscoveryRequest, SotwSubscription> {
  public SotwSession() {
    super(DiscoveryRequest::getTypeUrl, SotwSubscription::new);
  }

  @Override
  void tell(View newest, List<Response> responses) {
    for (var type : ResourceType.values()) {
      var wanted = wanted(type, newest);
      if (mayAdd(type, newest) && !of(type).awaitsAnswer() && of(type).isNews(wanted)) {
        responses.add(send(type, wanted, newest));
      }
    }
  }

  private boolean mayAdd(ResourceType type, View newest) {
    return switch (type) {
      case CLUSTER -> true;
      case ENDPOINTS ->
          of(ResourceType.CLUSTER).awaitsAnswer() || !wantsNews(ResourceType.CLUSTER, newest);
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

  private Response send(ResourceType type, Map<String, Resource> wanted, View newest) {
    if (type == ResourceType.CLUSTER && of(type).replaces(wanted)) {
      // A cluster that Envoy replaces waits for endpoints, also for those it had.
      of(ResourceType.ENDPOINTS).repeat();
    }
    var nonce = nonce();
    of(type).sending(nonce, wanted, newest.revision());
    return response(type.typeUrl(), nonce, List.copyOf(wanted.values()));
  }

  private static Response response(String typeUrl, String nonce, List<Resource> resources) {
    return Response.whole(typeUrl, nonce, SotwSubscription.version(resources), resources);
  }

  @Override
  Response nothing(String url, View newest) {
    return response(url, nonce(), List.of());
  }

  @Override
  boolean settled(ResourceType type, View newest) {
    return of(type).settledAt(newest.of(type));
  }

  @Override
  void lacking(ResourceType type, View newest, long revision, List<Lack> lacking) {
    of(type)
        .lacking(newest.of(type), revision)
        .forEach((name, refusal) ->
            lacking.add(new Lack(new ResourceName(type, name), refusal.orElse(null))));
  }
}
