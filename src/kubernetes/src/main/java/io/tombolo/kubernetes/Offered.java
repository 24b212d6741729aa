package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.APIGroup;
import io.fabric8.kubernetes.api.model.APIResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.GenericKubernetesResourceList;
import io.fabric8.kubernetes.api.model.GroupVersionForDiscovery;
import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.ListOptionsBuilder;
import io.fabric8.kubernetes.api.model.Namespace;
import io.fabric8.kubernetes.api.model.Node;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.Service;
import io.fabric8.kubernetes.api.model.apiextensions.v1.CustomResourceDefinition;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.AnyNamespaceOperation;
import io.fabric8.kubernetes.client.dsl.Listable;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.SourceId;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Set;
import java.util.stream.Collectors;

/// What an API server offers of the kinds that we read.
///
/// @param kinds those that can be listed
/// @param dialects kinds of other projects that can be listed
/// @param missing what is to be said of those that cannot
record Offered(
    List<Class<? extends HasMetadata>> kinds, List<Served> dialects, List<Refused> missing) {
  /// A kind of another project, and the version in which it is read.
  record Served(Dialect dialect, String version) {
    AnyNamespaceOperation<
            GenericKubernetesResource,
            GenericKubernetesResourceList,
            Resource<GenericKubernetesResource>>
        all(KubernetesClient client) {
      return client
          .genericKubernetesResources(
              new ResourceDefinitionContext.Builder()
                  .withGroup(dialect.group().apiGroup())
                  .withVersion(version)
                  .withKind(dialect.kind())
                  .withPlural(dialect.plural())
                  .withNamespaced(true)
                  .build())
          .inAnyNamespace();
    }
  }

  private static final String INTENTIONS = "intentions." + Intention.GROUP;
  private static final String GATEWAY_API = "gateway.networking.k8s.io/v1";
  private static final String ROUTES = "httproutes";

  /// Asks the API server, which asks its store: also the check that both are there.
  static Offered by(KubernetesClient client, SourceId source) throws IOException {
    var kinds =
        new ArrayList<Class<? extends HasMetadata>>(
            List.of(Namespace.class, Node.class, Pod.class, Service.class, EndpointSlice.class));
    var missing = new ArrayList<Refused>();
    if (intentionsInstalled(client)) {
      kinds.add(Intention.class);
    } else {
      missing.add(
          new Refused(
              source,
              "CustomResourceDefinition " + INTENTIONS,
              "not installed, so this cluster has no intentions of its own; apply k8s/crds"));
    }
    if (routesServed(client)) {
      if (listable("HTTPRoutes", client.resources(HTTPRoute.class).inAnyNamespace())) {
        kinds.add(HTTPRoute.class);
      } else {
        missing.add(
            new Refused(
                source,
                "HTTPRoutes of " + GATEWAY_API,
                "may not be listed, so requests go where they are addressed to; apply"
                    + " k8s/rbac.yaml"));
      }
    }
    var dialects = new ArrayList<Served>();
    for (var served : served(client)) {
      if (listable(served.dialect().plural(), served.all(client))) {
        dialects.add(served);
      } else {
        missing.add(
            new Refused(
                source,
                served.dialect().plural() + "." + served.dialect().group().apiGroup(),
                "may not be listed, so what they say about calls is not known; apply"
                    + " k8s/rbac.yaml"));
      }
    }
    return new Offered(kinds, dialects, missing);
  }

  /// In the newest version that we read.
  private static List<Served> served(KubernetesClient client) throws IOException {
    try {
      var groups =
          client.getApiGroups().getGroups().stream()
              .collect(Collectors.toMap(APIGroup::getName, APIGroup::getVersions));
      var served = new ArrayList<Served>();
      var resources = new HashMap<String, Set<String>>();
      for (var dialect : Dialect.values()) {
        var there =
            groups.getOrDefault(dialect.group().apiGroup(), List.of()).stream()
                .map(GroupVersionForDiscovery::getVersion)
                .toList();
        dialect.group().versions().stream()
            .filter(there::contains)
            .filter(version ->
                resources
                    .computeIfAbsent(
                        dialect.group().apiGroup() + "/" + version, of -> plurals(client, of))
                    .contains(dialect.plural()))
            .findFirst()
            .ifPresent(version -> served.add(new Served(dialect, version)));
      }
      return served;
    } catch (KubernetesClientException failed) {
      throw new IOException(Reason.of("discover what is served", failed), failed);
    }
  }

  private static Set<String> plurals(KubernetesClient client, String groupVersion) {
    var served = client.getApiResources(groupVersion);
    return served == null
        ? Set.of()
        : served.getResources().stream().map(APIResource::getName).collect(Collectors.toSet());
  }

  private static boolean intentionsInstalled(KubernetesClient client) throws IOException {
    try {
      var definition = client.resources(CustomResourceDefinition.class).withName(INTENTIONS).get();
      return definition != null;
    } catch (KubernetesClientException failed) {
      throw new IOException(
          Reason.of("read CustomResourceDefinition " + INTENTIONS, failed), failed);
    }
  }

  private static boolean routesServed(KubernetesClient client) throws IOException {
    try {
      return plurals(client, GATEWAY_API).contains(ROUTES);
    } catch (KubernetesClientException failed) {
      throw new IOException(Reason.of("discover " + GATEWAY_API, failed), failed);
    }
  }

  private static boolean listable(String plural, Listable<?> all) throws IOException {
    try {
      all.list(new ListOptionsBuilder().withLimit(1L).build());
      return true;
    } catch (KubernetesClientException failed) {
      if (failed.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return false;
      }
      throw new IOException(Reason.of("list " + plural, failed), failed);
    }
  }
}
