package io.tombolo.xds.snapshot;

import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.translate.Clusters;
import io.tombolo.xds.translate.GrpcServer;
import io.tombolo.xds.translate.Inbound;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What only one proxy is told: how what stands beside it is reached.
record Own(
    Trie<String, Resource> clusters,
    Trie<String, Resource> listeners,
    Trie<String, Resource> routes) {
  static final Own NOTHING = new Own(Trie.empty(), Trie.empty(), Trie.empty());

  /// What it is, with all of that as it was whose spec is as it was.
  ///
  /// @param was what this was made from
  Own then(Workloads.Spec was, Workloads.Spec is) {
    return switch (is.role()) {
      case Proxy.Role.Sidecar(), Proxy.Role.MeshGateway() -> proxied(was, is);
      case Proxy.Role.GrpcServer() -> byGrpc(was, is);
    };
  }

  private Own byGrpc(Workloads.Spec was, Workloads.Spec is) {
    return new Own(
        clusters,
        updated(
            listeners,
            grpcListeners(was),
            grpcListeners(is),
            heard -> {
              var listener =
                  GrpcServer.listener(heard.address(), heard.serving(), is.trustDomain());
              return Resource.of(ResourceType.LISTENER, listener.getName(), listener);
            }),
        updated(
            routes,
            grpcRoutes(was),
            grpcRoutes(is),
            serving ->
                Resource.of(ResourceType.ROUTES, serving.routes(), GrpcServer.routes(serving))));
  }

  /// A gRPC server at one of the addresses that it may listen on.
  private record Heard(String address, GrpcServer.Serving serving) {}

  private static Map<String, Heard> grpcListeners(Workloads.Spec spec) {
    var listeners = new HashMap<String, Heard>();
    for (var serving : spec.byGrpc()) {
      serving
          .addresses()
          .forEach(address ->
              listeners.put(
                  GrpcServer.name(address, serving.port()), new Heard(address, serving.heard())));
    }
    return listeners;
  }

  private static Map<String, GrpcServer.Serving> grpcRoutes(Workloads.Spec spec) {
    return spec.byGrpc().stream()
        .collect(Collectors.toMap(GrpcServer.Serving::routes, Function.identity()));
  }

  private Own proxied(Workloads.Spec was, Workloads.Spec is) {
    return new Own(
        updated(
            clusters,
            clusters(was),
            clusters(is),
            one -> Resource.of(ResourceType.CLUSTER, one.name(), Clusters.of(one))),
        updated(
            listeners,
            listeners(was),
            listeners(is),
            heard -> {
              var listener = Inbound.listener(heard, is.trustDomain());
              return Resource.of(ResourceType.LISTENER, listener.getName(), listener);
            }),
        updated(
            routes,
            routes(was),
            routes(is),
            served -> Resource.of(ResourceType.ROUTES, served.routes(), Inbound.routes(served))));
  }

  private static Map<String, Clusters.Particular> clusters(Workloads.Spec spec) {
    var clusters = new HashMap<String, Clusters.Particular>();
    spec.served().stream()
        .flatMap(Inbound.Served::clusters)
        .forEach(one -> clusters.put(one.name(), one));
    return clusters;
  }

  private static Map<String, List<Inbound.Served>> listeners(Workloads.Spec spec) {
    var listeners = new HashMap<String, List<Inbound.Served>>();
    spec.served()
        .forEach(served ->
            listeners
                .computeIfAbsent(Inbound.name(served.proxy()), _ -> new ArrayList<>())
                .add(served.heard()));
    return listeners;
  }

  private static Map<String, Inbound.Served> routes(Workloads.Spec spec) {
    var routes = new HashMap<String, Inbound.Served>();
    spec.served().stream()
        .filter(served -> served.protocol().isHttp())
        .forEach(served -> routes.put(served.routes(), served));
    return routes;
  }

  private static <S> Trie<String, Resource> updated(
      Trie<String, Resource> known,
      Map<String, S> was,
      Map<String, S> is,
      Function<S, Resource> encode) {
    var all = new HashMap<String, Resource>();
    is.forEach((name, spec) -> {
      var before = known.get(name);
      all.put(name, before != null && spec.equals(was.get(name)) ? before : encode.apply(spec));
    });
    return known.updatedTo(all);
  }
}
