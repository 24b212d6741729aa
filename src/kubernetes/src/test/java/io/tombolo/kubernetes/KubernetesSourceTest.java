package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.Heard;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.mesh.flow.Verdict;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.route.RouteObject;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.Loopback;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;

/// What is particular to a cluster, against an API server of its own that is killed and suspended.
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class KubernetesSourceTest {
  private final KubeApiserver apiserver = KubeApiserver.start(new Loopback());
  private final KubernetesClient client = ClusterClient.open(Optional.of(apiserver.kubeconfig()));
  private final Written written = new Written(client);
  private KubernetesSource source = aSource();

  private KubernetesSource aSource() {
    return new KubernetesSource(KubernetesRig.CLUSTER, client, KubernetesRig.BRISK);
  }

  private Heard started() {
    source = aSource();
    var heard = new Heard(KubernetesRig.EAST);
    source.start(heard);
    return heard;
  }

  @AfterEach
  void stop() {
    source.close();
  }

  @AfterAll
  void end() {
    client.close();
    apiserver.close();
  }

  private static ServiceId service(String name) {
    return new ServiceId(KubernetesRig.EAST, "default", name);
  }

  private static long served(Catalog catalog, String name) {
    return catalog.endpointsOf(service(name)).count();
  }

  private static boolean anyRefused(Catalog catalog, String what) {
    return catalog.others().values().stream()
        .anyMatch(item -> item instanceof Refused refused && refused.what().contains(what));
  }

  /// But for the moment in which the API server makes room for a kind that was just defined.
  private static boolean isLost(Fact fact) {
    return fact instanceof Fact.Lost lost && !lost.why().contains("storage is (re)initializing");
  }

  private static boolean waits(Catalog catalog, String name) {
    return catalog.endpoints().getOrDefault(service(name), Map.of()).values().stream()
        .map(EndpointSet::quarantined)
        .flatMap(List::stream)
        .anyMatch(row -> row.reason().startsWith("pod not known yet"));
  }

  @Test
  @Tag("spine")
  void a_killed_api_server_removes_nothing_and_what_it_says_afterwards_counts() throws Exception {
    written.installCrd();
    written.service("kept");
    written.pod("kept-1", "10.77.0.1");
    written.slice("kept", "kept-1", "10.77.0.1", true);
    var heard = started();
    heard.await("the endpoint", catalog -> served(catalog, "kept") == 1);
    heard.awaitStatus(SourceStatus.Synced.class);

    apiserver.daemon().kill();
    heard.awaitStatus(SourceStatus.Stale.class);
    assertThat(served(heard.catalog(), "kept")).isEqualTo(1);
    apiserver.daemon().restart();
    apiserver.awaitAgain();
    heard.awaitStatus(SourceStatus.Synced.class);
    assertThat(served(heard.catalog(), "kept")).isEqualTo(1);
    assertThat(heard.facts()).noneMatch(Fact.Gone.class::isInstance);

    written.notReady("kept", "kept-1");
    heard.await(
        "the change after the restart",
        catalog ->
            catalog.endpointsOf(service("kept")).anyMatch(e -> e.health() == Health.UNHEALTHY));
  }

  @Test
  @Tag("spine")
  void an_api_server_that_hangs_is_lost_too() throws Exception {
    var heard = started();
    heard.awaitStatus(SourceStatus.Synced.class);

    apiserver.daemon().suspend();
    try {
      heard.awaitStatus(SourceStatus.Stale.class);
    } finally {
      apiserver.daemon().resume();
    }

    heard.awaitStatus(SourceStatus.Synced.class);
  }

  @Test
  @Tag("spine")
  void a_start_while_the_api_server_is_down_serves_nothing_and_removes_nothing() throws Exception {
    apiserver.daemon().kill();
    var heard = started();
    heard.awaitStatus(SourceStatus.Failed.class);
    assertThat(heard.catalog().servable()).isFalse();
    assertThat(heard.facts()).allMatch(Fact.Lost.class::isInstance);

    apiserver.daemon().restart();
    apiserver.awaitAgain();
    heard.awaitStatus(SourceStatus.Synced.class);
  }

  @Test
  void a_slice_before_its_pod_is_served_when_the_pod_comes() throws Exception {
    var heard = started();
    heard.awaitStatus(SourceStatus.Synced.class);

    written.service("early");
    written.slice("early", "early-1", "10.77.0.2", true);
    heard.await("the row that waits", catalog -> waits(catalog, "early"));

    written.pod("early-1", "10.77.0.2");
    heard.await("the endpoint", catalog -> served(catalog, "early") == 1);
  }

  @Test
  void a_crd_that_is_not_installed_is_told_and_used_when_it_appears() throws Exception {
    written.removeCrd();
    var heard = started();
    heard.awaitStatus(SourceStatus.Synced.class);
    assertThat(anyRefused(heard.catalog(), "intentions.mesh.tombolo.io")).isTrue();

    written.installCrd();
    written.intention("late", "[{name: a, action: allow}]");

    heard.await(
        "the intention",
        catalog ->
            catalog.others().values().stream()
                .anyMatch(i -> i instanceof PolicyObject p && p.key().name().equals("late")));
    heard.await("no complaint", catalog -> !anyRefused(catalog, "intentions.mesh.tombolo.io"));
    assertThat(heard.facts()).noneMatch(KubernetesSourceTest::isLost);
  }

  @Test
  void routes_are_read_when_their_kind_appears_and_told_what_became_of_them() throws Exception {
    var heard = started();
    heard.awaitStatus(SourceStatus.Synced.class);

    written.installRoutes();
    written.service("routed");
    written.route("routed", "theirs");
    var key = RouteObject.key(KubernetesRig.EAST, "HTTPRoute", "default", "routed");
    heard.await("the route", catalog -> catalog.others().get(key) instanceof RouteObject);
    assertThat(heard.facts()).noneMatch(Fact.Lost.class::isInstance);

    var item = requireNonNull(heard.catalog().others().get(key));
    var verdict = Verdict.of(item, heard.catalog()).orElseThrow();
    written.rbac();
    try (var least = written.as("tombolo", "tombolo-system")) {
      assertThat(new StatusWriter(least).write(key, verdict)).isEmpty();
      assertThat(new StatusWriter(least).write(key, verdict)).isEmpty();
    }

    assertThat(written.parents("routed"))
        .extracting(RouteParentStatus::getControllerName)
        .containsExactly("theirs", StatusWriter.CONTROLLER);
    assertThat(written.parents("routed").getLast().getConditions())
        .extracting(condition -> condition.getType() + " " + condition.getStatus())
        .containsExactly("Accepted False", "ResolvedRefs False");
    assertThat(written.parents("routed").getLast().getConditions())
        .extracting(Condition::getMessage)
        .satisfiesExactly(
            accepted -> assertThat(accepted).contains("speaks no HTTP there"),
            resolved -> assertThat(resolved).contains("default/nobody with port 80"));
  }

  @Test
  @Tag("intentions")
  void policies_of_other_projects_are_read_when_their_kinds_appear_with_the_rights_in_k8s()
      throws Exception {
    written.installCrd();
    written.rbac();
    try (var least = written.as("tombolo", "tombolo-system")) {
      source = new KubernetesSource(KubernetesRig.CLUSTER, least, KubernetesRig.BRISK);
      var heard = new Heard(KubernetesRig.EAST);
      source.start(heard);
      heard.awaitStatus(SourceStatus.Synced.class);

      written.apply(KubeApiserver.dialects());
      written.service("target");
      written.applyServed(
          """
          {apiVersion: specs.smi-spec.io/v1alpha1, kind: HTTPRouteGroup,
           metadata: {name: routes, namespace: default}, matches: [{name: all, pathRegex: '.*'}]}
          ---
          {apiVersion: access.smi-spec.io/v1alpha1, kind: TrafficTarget,
           metadata: {name: read, namespace: default},
           destination: {kind: ServiceAccount, name: default, namespace: default},
           sources: [{kind: ServiceAccount, name: web, namespace: default}],
           specs: [{kind: HTTPRouteGroup, name: routes}]}
          ---
          {apiVersion: security.istio.io/v1beta1, kind: AuthorizationPolicy,
           metadata: {name: read, namespace: default},
           spec: {targetRefs: [{kind: Service, name: target}], rules: [{}]}}
          ---
          {apiVersion: consul.hashicorp.com/v1alpha1, kind: ServiceIntentions,
           metadata: {name: read, namespace: default},
           spec: {destination: {name: target}, sources: [{name: web, action: allow}]}}
          """);

      for (var kind : List.of("TrafficTarget", "AuthorizationPolicy", "ServiceIntentions")) {
        heard.await(
            kind,
            catalog ->
                catalog.others().get(PolicyObject.key(KubernetesRig.EAST, kind, "default", "read"))
                        instanceof PolicyObject policy
                    && policy.problems().isEmpty()
                    && !policy.intentions().isEmpty());
      }
      assertThat(heard.facts()).noneMatch(KubernetesSourceTest::isLost);
      source.close();
    }
  }

  @Test
  void the_service_of_the_api_server_itself_is_no_trouble() throws Exception {
    var heard = started();

    heard.await("the service", catalog -> catalog.services().containsKey(service("kubernetes")));
    assertThat(served(heard.catalog(), "kubernetes")).isZero();
  }

  @Test
  void a_source_without_rights_says_so() throws Exception {
    written.account("stranger");
    try (var stranger = written.as("stranger")) {
      source = new KubernetesSource(KubernetesRig.CLUSTER, stranger, KubernetesRig.BRISK);
      var heard = new Heard(KubernetesRig.EAST);
      source.start(heard);

      heard.await(
          "why it failed",
          _ ->
              heard.status() instanceof SourceStatus.Failed failed
                  && failed.why().contains("k8s/rbac.yaml"));
      source.close();
    }
  }

  @Test
  void a_kind_that_may_not_be_listed_is_named() throws Exception {
    written.account("blind");
    written.apply(
        """
        {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRole, metadata: {name: blind},
         rules: [{apiGroups: [apiextensions.k8s.io], resources: [customresourcedefinitions],
                  verbs: [get]}]}
        ---
        {apiVersion: rbac.authorization.k8s.io/v1, kind: ClusterRoleBinding,
         metadata: {name: blind},
         roleRef: {apiGroup: rbac.authorization.k8s.io, kind: ClusterRole, name: blind},
         subjects: [{kind: ServiceAccount, name: blind, namespace: default}]}
        """);
    try (var blind = written.as("blind")) {
      source = new KubernetesSource(KubernetesRig.CLUSTER, blind, KubernetesRig.BRISK);
      var heard = new Heard(KubernetesRig.EAST);
      source.start(heard);

      heard.await(
          "why it failed",
          _ ->
              heard.status() instanceof SourceStatus.Failed failed
                  && failed.why().contains("list Namespace"));
      source.close();
    }
  }

  @Test
  void the_rights_in_k8s_are_enough() throws Exception {
    written.installCrd();
    written.rbac();
    try (var least = written.as("tombolo", "tombolo-system")) {
      source = new KubernetesSource(KubernetesRig.CLUSTER, least, KubernetesRig.BRISK);
      var heard = new Heard(KubernetesRig.EAST);
      source.start(heard);

      heard.awaitStatus(SourceStatus.Synced.class);
      source.close();
      var verdict = new ServiceAccountTokens(least, "tombolo").verify("garbage");
      assertThat(verdict).isInstanceOf(ServiceAccountTokens.Verdict.Refused.class);
      written.intention("writable", "[{name: a, action: allow}]");
      var key = PolicyObject.key(KubernetesRig.EAST, "Intention", "default", "writable");
      assertThat(new StatusWriter(least).write(key, new Verdict(List.of(), List.of()))).isEmpty();
    }
  }
}
