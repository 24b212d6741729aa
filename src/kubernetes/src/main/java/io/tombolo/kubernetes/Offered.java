package io.tombolo.kubernetes;

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
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.SourceId;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.ArrayList;
import java.util.List;

/// What an API server offers of the kinds that we read.
///
/// @param kinds those that can be listed
/// @param missing what is to be said of those that cannot
record Offered(List<Class<? extends HasMetadata>> kinds, List<Refused> missing) {
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
      if (routesAllowed(client)) {
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
    return new Offered(kinds, missing);
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
      var served = client.getApiResources(GATEWAY_API);
      return served != null
          && served.getResources().stream().anyMatch(r -> r.getName().equals(ROUTES));
    } catch (KubernetesClientException failed) {
      throw new IOException(Reason.of("discover " + GATEWAY_API, failed), failed);
    }
  }

  private static boolean routesAllowed(KubernetesClient client) throws IOException {
    try {
      client
          .resources(HTTPRoute.class)
          .inAnyNamespace()
          .list(new ListOptionsBuilder().withLimit(1L).build());
      return true;
    } catch (KubernetesClientException failed) {
      if (failed.getCode() == HttpURLConnection.HTTP_FORBIDDEN) {
        return false;
      }
      throw new IOException(Reason.of("list HTTPRoutes of " + GATEWAY_API, failed), failed);
    }
  }
}
