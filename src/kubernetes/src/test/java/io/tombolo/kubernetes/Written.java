package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIPBuilder;
import io.fabric8.kubernetes.api.model.authentication.BoundObjectReferenceBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenRequestBuilder;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReferenceBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatusBuilder;
import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.KubeApiserver;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// Writes objects into a cluster without controllers, as the controllers would.
record Written(KubernetesClient client) {
  private static final Manifests MANIFESTS = new Manifests();
  private static final Duration PATIENCE = Duration.ofSeconds(60);

  /// Creates or changes what a manifest says.
  void apply(String yaml) {
    MANIFESTS.parse(yaml).forEach(object -> client.resource(object).serverSideApply());
  }

  /// Applies objects of kinds that have just been defined, as soon as they are served.
  void applyServed(String yaml) {
    for (var object : MANIFESTS.parse(yaml)) {
      Await.until(
          object.getKind() + " is served",
          PATIENCE,
          () -> client.resource(object).serverSideApply() != null);
    }
  }

  /// Installs our CRD and waits until its objects can be written.
  void installCrd() {
    try {
      apply(Files.readString(CrdTest.INTENTIONS));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    Await.until(
        "intentions are served",
        PATIENCE,
        () -> client.resources(Intention.class).inAnyNamespace().list() != null);
  }

  void removeCrd() {
    client
        .apiextensions()
        .v1()
        .customResourceDefinitions()
        .withName("intentions.mesh.tombolo.io")
        .delete();
    Await.until(
        "the CRD is gone",
        PATIENCE,
        () ->
            client
                    .apiextensions()
                    .v1()
                    .customResourceDefinitions()
                    .withName("intentions.mesh.tombolo.io")
                    .get()
                == null);
  }

  /// Installs the `HTTPRoute` of the Gateway API and waits until its objects can be written.
  void installRoutes() {
    apply(KubeApiserver.httpRoutes());
    Await.until(
        "routes are served",
        PATIENCE,
        () -> client.resources(HTTPRoute.class).inAnyNamespace().list() != null);
  }

  /// A route of requests to a service of the same name to one that there is not, and for a gateway
  /// of someone else, who has written its status.
  void route(String name, String other) {
    apply(
        """
        {apiVersion: gateway.networking.k8s.io/v1, kind: HTTPRoute,
         metadata: {name: %s, namespace: default},
         spec: {parentRefs: [{name: edge}, {group: "", kind: Service, name: %s}],
                rules: [{backendRefs: [{name: nobody, port: 80}]}]}}
        """
            .formatted(name, name));
    client
        .resources(HTTPRoute.class)
        .inNamespace("default")
        .withName(name)
        .editStatus(route -> {
          var status =
              new RouteParentStatusBuilder()
                  .withControllerName(other)
                  .withParentRef(new ParentReferenceBuilder().withName("edge").build())
                  .build();
          route.setStatus(new HTTPRouteStatusBuilder().withParents(status).build());
          return route;
        });
  }

  /// What the parents of a route have to say.
  List<RouteParentStatus> parents(String name) {
    return client
        .resources(HTTPRoute.class)
        .inNamespace("default")
        .withName(name)
        .get()
        .getStatus()
        .getParents();
  }

  void account(String name) {
    apply(
        "{apiVersion: v1, kind: ServiceAccount, metadata: {name: %s, namespace: default}}"
            .formatted(name));
  }

  void service(String name) {
    apply(
        """
        {apiVersion: v1, kind: Service, metadata: {name: %s, namespace: default},
         spec: {clusterIP: None, ports: [{name: tcp, port: 8080}]}}
        """
            .formatted(name));
  }

  /// A pod that runs: with an address.
  Pod pod(String name, String address) {
    return client
        .resource(made(name, "nodeName: n1, "))
        .editStatus(p -> {
          p.getStatus().setPodIP(address);
          p.getStatus().setPodIPs(List.of(new PodIPBuilder().withIp(address).build()));
          p.getStatus().setPhase("Running");
          return p;
        });
  }

  /// A pod that is on no node yet.
  void pending(String name) {
    var _ = made(name, "");
  }

  private Pod made(String name, String place) {
    account("default");
    var pod =
        (Pod)
            only(
                """
                {apiVersion: v1, kind: Pod, metadata: {name: %s, namespace: default},
                 spec: {serviceAccountName: default, automountServiceAccountToken: false,
                        %scontainers: [{name: app, image: app}]}}
                """
                    .formatted(name, place));
    return client.resource(pod).serverSideApply();
  }

  void phase(String pod, String phase) {
    client
        .pods()
        .inNamespace("default")
        .withName(pod)
        .editStatus(p -> {
          p.getStatus().setPhase(phase);
          return p;
        });
  }

  void removePod(String name) {
    client.pods().inNamespace("default").withName(name).withGracePeriod(0).delete();
  }

  void slice(String service, String pod, String address, boolean ready) {
    apply(
        """
        {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
         metadata: {name: %s, namespace: default, labels: {kubernetes.io/service-name: %s}},
         ports: [{name: tcp, port: 8080, protocol: TCP}],
         endpoints: [{addresses: ["%s"], conditions: {ready: %b}, nodeName: n1,
                      targetRef: {kind: Pod, name: %s, namespace: default}}]}
        """
            .formatted(sliceName(service, pod), service, address, ready, pod));
  }

  private static String sliceName(String service, String pod) {
    return service + "-" + pod;
  }

  void notReady(String service, String pod) {
    client
        .resources(EndpointSlice.class)
        .inNamespace("default")
        .withName(sliceName(service, pod))
        .edit(slice -> {
          slice.getEndpoints().getFirst().getConditions().setReady(false);
          return slice;
        });
  }

  void removeSlice(String service, String pod) {
    client
        .resources(EndpointSlice.class)
        .inNamespace("default")
        .withName(sliceName(service, pod))
        .delete();
  }

  /// An intention named after its destination.
  void intention(String destination, String sources) {
    apply(
        """
        {apiVersion: mesh.tombolo.io/v1alpha1, kind: Intention,
         metadata: {name: %s, namespace: default},
         spec: {destination: {name: %s}, sources: %s}}
        """
            .formatted(destination, destination, sources));
  }

  void removeIntention(String destination) {
    client.resources(Intention.class).inNamespace("default").withName(destination).delete();
  }

  void removeAllOf(String service) {
    var slices =
        client
            .resources(EndpointSlice.class)
            .inNamespace("default")
            .withLabel(KnownSlice.SERVICE_NAME, service);
    slices.list().getItems().stream()
        .flatMap(slice -> slice.getEndpoints().stream())
        .forEach(endpoint -> removePod(endpoint.getTargetRef().getName()));
    slices.delete();
    client.services().inNamespace("default").withName(service).delete();
    removeIntention(service);
  }

  /// Installs what k8s/rbac.yaml grants.
  void rbac() {
    try {
      apply(Files.readString(Path.of("../../k8s/rbac.yaml")));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// A token of a service account of namespace `default`.
  ///
  /// @param pod what it is bound to, or empty
  String token(String account, String pod, String audience) {
    return token("default", account, pod, audience);
  }

  private String token(String namespace, String account, String pod, String audience) {
    var bound =
        pod.isEmpty()
            ? null
            : new BoundObjectReferenceBuilder()
                .withApiVersion("v1")
                .withKind("Pod")
                .withName(pod)
                .build();
    var request =
        new TokenRequestBuilder()
            .withNewSpec()
            .withAudiences(audience)
            .withExpirationSeconds(600L)
            .withBoundObjectRef(bound)
            .endSpec()
            .build();
    return client
        .serviceAccounts()
        .inNamespace(namespace)
        .withName(account)
        .tokenRequest(request)
        .getStatus()
        .getToken();
  }

  /// A client with the rights of a service account of namespace `default`.
  KubernetesClient as(String account) {
    return as(account, "default");
  }

  KubernetesClient as(String account, String namespace) {
    var config =
        new ConfigBuilder(client.getConfiguration())
            .withOauthToken(token(namespace, account, "", KubeApiserver.ISSUER))
            .withAutoConfigure(false)
            .build();
    return new KubernetesClientBuilder().withConfig(config).build();
  }

  /// A client of an API server that is not there.
  static KubernetesClient nowhere() {
    return new KubernetesClientBuilder()
        .withConfig(
            new ConfigBuilder(io.fabric8.kubernetes.client.Config.empty())
                .withMasterUrl("https://127.0.0.1:1")
                .withRequestRetryBackoffLimit(0)
                .build())
        .build();
  }

  private static HasMetadata only(String yaml) {
    return MANIFESTS.parse(yaml).getFirst();
  }
}
