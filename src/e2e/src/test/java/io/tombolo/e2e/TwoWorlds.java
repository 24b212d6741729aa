package io.tombolo.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.EchoServer;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.Network;
import io.tombolo.testbed.Scratch;
import io.tombolo.testbed.Topology;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;

/// A small company: pods in one network, VMs in another, a mesh gateway between them on each side,
/// real Kubernetes, Consul and Envoys, and one Tombolo.
///
/// | workload | world | serves | may be called by |
/// |---|---|---|---|
/// | web | pod | 8080 HTTP, 8081 gRPC, 8082 TCP | billing (an `Intention`) |
/// | orders | pod | 8080 HTTP | nobody |
/// | billing | VM | 8080 HTTP | web (a `service-intentions` entry) |
/// | ledger | VM | 8081 gRPC | web |
/// | vault | VM | 8082 TCP | web |
final class TwoWorlds implements AutoCloseable {
  static final String TRUST_DOMAIN = "tombolo.local";
  static final int HTTP = 9001;
  static final int GRPC = 9002;
  static final int TCP = 9003;
  static final int GATEWAY_PORT = 15443;
  static final String CLUSTER = "cluster-1";
  static final String PORTS =
      """
      [{"name": "http", "port": 8080, "protocol": "TCP", "appProtocol": "http"},
       {"name": "grpc", "port": 8081, "protocol": "TCP", "appProtocol": "grpc"},
       {"name": "tcp", "port": 8082, "protocol": "TCP"}]
      """;

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Map<String, Workload> workloads = new HashMap<>();
  private final Path directory;
  private final Topology topology;
  private final Kubernetes kubernetes;
  private final ConsulWorld consul;
  private final ControlPlane controlPlane;

  TwoWorlds() throws Exception {
    this(Map.of());
  }

  /// @param more configuration of the control plane
  TwoWorlds(Map<String, String> more) throws Exception {
    directory = keep(Scratch.named("e2e")).path();
    topology = keep(Topology.open());
    try {
      var infra = topology.infra();
      consul = new ConsulWorld(keep(Consul.server("dc1", infra).start()));
      kubernetes = new Kubernetes(keep(KubeApiserver.start(infra))).prepared();
      topology.gateway("gw-pods");
      topology.gateway("gw-vms");
      controlPlane =
          keep(ControlPlane.start(infra, directory.resolve("state"), configuration(more)));
      populate();
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  private Map<String, String> configuration(Map<String, String> more) {
    var configuration = new HashMap<>(more);
    configuration.put("tombolo.trust-domain", TRUST_DOMAIN);
    configuration.put("tombolo.intentions.least-enforcement", "permissive");
    configuration.put("tombolo.svid.ttl", System.getProperty("tombolo.e2e.svid-ttl", "60s"));
    configuration.put("tombolo.bench.port", Integer.toString(ControlPlane.BENCH_PORT));
    configuration.put(
        "tombolo.kubernetes.\"%s\".kubeconfig".formatted(CLUSTER),
        kubernetes.api().kubeconfig().toString());
    configuration.put("tombolo.consul.\"dc1\".url", consul.consul().url());
    for (var network : Network.values()) {
      var key = "tombolo.networks.\"%s\".".formatted(network.label());
      configuration.put(key + "cidrs", network.cidr());
      configuration.put(
          key + "gateways",
          topology.host("gw-" + network.label()).address(other(network)) + ":" + GATEWAY_PORT);
    }
    return configuration;
  }

  private static Network other(Network network) {
    return network == Network.PODS ? Network.VMS : Network.PODS;
  }

  private void populate() throws Exception {
    for (var service : List.of("billing", "ledger", "vault")) {
      consul.intention(service, "web-shop", "allow");
    }
    consul.protocol("billing", "http");
    consul.protocol("ledger", "grpc");
    kubernetes.intention(
        "web",
        """
        {"destination": {"name": "web"},
         "sources": [{"world": "consul", "name": "billing", "action": "allow"}]}
        """);
    controlPlane.awaitReady();
    gateway("gw-pods", "pods");
    gateway("gw-vms", "vms");
    vm("ledger", 8081, List.of());
    vm("vault", 8082, List.of());
    vm(
        "billing",
        8080,
        List.of(
            "web.shop:8080=127.0.0.1:9001",
            "web.shop:8081=127.0.0.1:9002",
            "web.shop:8082=127.0.0.1:9003",
            "orders.shop=127.0.0.1:9004"));
    var upstreams =
        List.of("billing=127.0.0.1:9001", "ledger=127.0.0.1:9002", "vault=127.0.0.1:9003");
    pod("web", PORTS, upstreams);
    pod("orders", PORTS, upstreams);
    workloads.values().forEach(Workload::awaitReady);
    awaitAllApplied();
  }

  /// Adds a VM with a service, its application, and its agent with Envoy.
  Workload vm(String service, int port, List<String> upstreams) throws Exception {
    var host = topology.host(service, Network.VMS);
    keep(EchoServer.start(service, host, new EchoServer.Listen("127.0.0.1", 8080, 8081, 8082)));
    consul.vm(service, host, port);
    var id = "consul/dc1/default/" + service;
    awaitService(id);
    return start(
        plan(service, host, id + "-1", Network.VMS)
            .joining(controlPlane.token("service", id))
            .upstreams(upstreams)
            .plan());
  }

  /// Adds a pod with a service of its name.
  Workload pod(String name, String ports, List<String> upstreams) throws Exception {
    var host = topology.host(name, Network.PODS);
    keep(EchoServer.start(name, host, new EchoServer.Listen(host.address(), 8080, 8081, 8082)));
    kubernetes.pod(name, host, ports);
    awaitService("kubernetes/%s/%s/%s".formatted(CLUSTER, Kubernetes.NAMESPACE, name));
    return start(
        plan(
                name,
                host,
                "kubernetes/%s/%s/%s-1".formatted(CLUSTER, Kubernetes.NAMESPACE, name),
                Network.PODS)
            .attesting(CLUSTER, kubernetes.token(name, "tombolo"))
            .upstreams(upstreams)
            .plan());
  }

  private void gateway(String name, String network) {
    var host = topology.host(name);
    start(
        plan(name, host, "gateway/%s/%s".formatted(network, name), Network.PODS)
            .joining(controlPlane.token("gateway", network))
            .plan());
  }

  /// Starts a workload's agent and Envoy.
  Workload start(Workload.Plan plan) {
    var workload = plan.start(directory);
    keep(workload.agent());
    workloads.put(plan.name(), workload);
    return workload;
  }

  PlanBuilder plan(String name, Host host, String node, Network leg) {
    var address = topology.infra().address(leg) + ":" + ControlPlane.XDS_PORT;
    return new PlanBuilder(name, host, node, address, controlPlane.bundle(), leg.label());
  }

  /// Ends a workload's agent and Envoy, and waits until the control plane knows it.
  void end(Workload workload) {
    workload.agent().close();
    workloads.remove(workload.name());
    Await.until(
        workload.name() + " is gone",
        Duration.ofSeconds(30),
        () ->
            list(controlPlane.get("proxies").path("proxies"))
                .noneMatch(proxy -> proxy.path("node").asText().equals(workload.node())));
  }

  /// Waits until a service is in the catalog with an endpoint.
  void awaitService(String id) {
    Await.until(
        id + " has an endpoint in the catalog",
        Duration.ofSeconds(30),
        () ->
            list(controlPlane.get("catalog").path("services"))
                .anyMatch(service ->
                    service.path("id").asText().equals(id)
                        && !service.path("endpoints").isEmpty()));
  }

  /// Waits until every proxy has acknowledged everything there is for it now.
  void awaitAllApplied() {
    Await.until("every proxy has the newest revision", Duration.ofSeconds(30), this::allApplied);
  }

  private boolean allApplied() {
    var page = controlPlane.get("proxies");
    long newest = page.path("revision").asLong();
    var behind =
        list(page.path("proxies")).filter(p -> p.path("applied").asLong() != newest).toList();
    if (!behind.isEmpty()) {
      throw new IllegalStateException("not at revision %d: %s".formatted(newest, behind));
    }
    return page.path("proxies").size() >= workloads.size();
  }

  static Stream<JsonNode> list(JsonNode array) {
    return StreamSupport.stream(array.spliterator(), false);
  }

  Topology topology() {
    return topology;
  }

  Kubernetes kubernetes() {
    return kubernetes;
  }

  ConsulWorld consul() {
    return consul;
  }

  ControlPlane controlPlane() {
    return controlPlane;
  }

  Path directory() {
    return directory;
  }

  /// A workload or gateway by its name.
  Workload the(String name) {
    var workload = workloads.get(name);
    if (workload == null) {
      throw new IllegalArgumentException("no workload " + name);
    }
    return workload;
  }

  List<Workload> all() {
    return List.copyOf(workloads.values());
  }

  /// Has `part` closed with all of this.
  <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  @Override
  public void close() {
    var problems = new ArrayList<Exception>();
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        problems.add(e);
      }
    }
    if (!problems.isEmpty()) {
      throw new IllegalStateException("cannot take it all down", problems.getFirst());
    }
  }
}
