package io.tombolo.e2e;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.EchoServer;
import io.tombolo.testbed.Envoy;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.HttpCall;
import io.tombolo.testbed.Network;
import io.tombolo.testbed.Parts;
import io.tombolo.testbed.Scratch;
import io.tombolo.testbed.Topology;
import io.tombolo.testbed.Traffic;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// A Consul datacenter with Connect and ACLs on that is being migrated: the Envoys of some VMs are
/// driven by Consul's own xDS, those of others by Tombolo, and Consul's CA signs for all.
///
/// | service | driven by | calls, at 127.0.0.1:9001 | may be called by |
/// |---|---|---|---|
/// | web | Consul | billing | |
/// | api | Consul | billing | billing |
/// | billing | Tombolo | api | web |
/// | orders | Tombolo | api | |
final class HalfMigrated implements AutoCloseable {
  static final int UPSTREAM = 9001;
  private static final int SIDECAR = 21000;
  private static final String ADMIN = "127.0.0.1:19000";
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Path directory;
  private final Topology topology;
  private final ConsulWorld consul;
  private final String trustDomain;
  private final ControlPlane controlPlane;
  private final Map<String, Workload> workloads = new HashMap<>();
  private final Map<String, Envoy> driven = new HashMap<>();

  HalfMigrated() throws Exception {
    directory = keep(Scratch.named("half-migrated")).path();
    topology = keep(Topology.open());
    try {
      var infra = topology.infra();
      consul = new ConsulWorld(keep(Consul.server("dc1", infra).withAcls().start()));
      trustDomain = trustDomain();
      controlPlane =
          keep(ControlPlane.start(infra, directory.resolve("state"), configuration())).awaitReady();
      populate();
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  private String trustDomain() {
    var found = new String[1];
    Await.until(
        "Consul's CA is there",
        PATIENCE,
        () -> {
          found[0] = consul.get("/v1/connect/ca/roots").path("TrustDomain").asText();
          return found[0].endsWith(".consul");
        });
    return found[0];
  }

  private Map<String, String> configuration() throws IOException {
    consul.put(
        "/v1/acl/policy",
        """
        {"Name": "tombolo", "Rules": "service_prefix \\"\\" { policy = \\"write\\" } node_prefix \\"\\" { policy = \\"read\\" }"}
        """);
    var token = token("\"Policies\": [{\"Name\": \"tombolo\"}]");
    var file = Files.writeString(directory.resolve("consul-token"), token);
    var configuration = new HashMap<String, String>();
    configuration.put("tombolo.trust-domain", trustDomain);
    configuration.put("tombolo.consul.\"dc1\".url", consul.consul().url());
    configuration.put("tombolo.consul.\"dc1\".token", token);
    configuration.put("tombolo.sources.start-timeout", "5s");
    configuration.put("tombolo.ca.provider", "consul");
    configuration.put("tombolo.ca.consul.datacenter", "dc1");
    configuration.put("tombolo.ca.consul.token-file", file.toString());
    configuration.put("tombolo.ca.consul.url", "http://127.0.0.1:" + consul.consul().grpcPort());
    return configuration;
  }

  private String token(String rights) {
    return consul.put("/v1/acl/token", "{" + rights + "}").path("SecretID").asText();
  }

  private String tokenOf(String service) {
    return token("\"ServiceIdentities\": [{\"ServiceName\": \"%s\"}]".formatted(service));
  }

  private void populate() throws Exception {
    consul.put(
        "/v1/config",
        """
        {"Kind": "mesh", "TLS": {"Outgoing": {"TLSMinVersion": "TLSv1_2",
          "TLSMaxVersion": "TLSv1_3"}}}
        """);
    for (var service : List.of("web", "api", "billing", "orders")) {
      consul.protocol(service, service.equals("billing") ? "http" : "tcp");
    }
    consul.intention("billing", "web", "allow");
    consul.intention("api", "billing", "allow");
    drivenByConsul("api");
    drivenByConsul("web");
    drivenByTombolo("billing");
    drivenByTombolo("orders");
    workloads.values().forEach(Workload::awaitReady);
  }

  /// As `consul connect envoy` runs it. Its service says where its sidecar is.
  private void drivenByConsul(String service) throws Exception {
    var host = host(service);
    consul.put(
        "/v1/agent/service/register",
        """
        {"Name": "%s", "ID": "%s-1", "Address": "%s", "Port": 8080,
         "Meta": {"tombolo-proxy-port": "%d"},
         "Connect": {"SidecarService": {"Port": %d, "Address": "%s",
           "Checks": [{"Name": "sidecar", "AliasService": "%s-1"}],
           "Proxy": {"Upstreams": [{"DestinationName": "billing", "LocalBindPort": %d}]}}}}
        """
            .formatted(
                service,
                service,
                host.address(),
                SIDECAR,
                SIDECAR,
                host.address(),
                service,
                UPSTREAM));
    var bootstrap =
        topology
            .infra()
            .run(
                Parts.installed().binary("consul").toString(),
                "connect",
                "envoy",
                "-bootstrap",
                "-ignore-envoy-compatibility",
                "-sidecar-for=" + service + "-1",
                "-admin-bind=" + ADMIN,
                "-token=" + tokenOf(service),
                "-http-addr=127.0.0.1:" + consul.consul().httpPort(),
                "-grpc-addr=%s:%d"
                    .formatted(topology.infra().address(Network.VMS), consul.consul().grpcPort()))
            .output();
    var json = bootstrap.substring(bootstrap.indexOf('{'));
    var envoy = keep(Envoy.start("envoy-" + service, host, json, "http://" + ADMIN));
    driven.put(service, envoy);
    envoy.awaitReady();
  }

  private void drivenByTombolo(String service) throws Exception {
    var host = host(service);
    consul.vm(service, host, 8080);
    consul.sidecar(service, host, 15006);
    workloads.put(service, start(service, host));
  }

  private Workload start(String service, Host host) {
    var at = topology.infra().address(Network.VMS) + ":" + ControlPlane.XDS_PORT;
    var node = "consul/dc1/default/" + service + "-1";
    var workload =
        new PlanBuilder(service, host, node, at, controlPlane.bundle(), "vms")
            .of(trustDomain)
            .attestingToConsul("dc1", tokenOf(service))
            .upstreams(List.of("api=127.0.0.1:" + UPSTREAM))
            .plan()
            .start(directory);
    keep(workload.agent());
    return workload;
  }

  private Host host(String service) throws Exception {
    var host = topology.host(service, Network.VMS);
    keep(EchoServer.start(service, host, new EchoServer.Listen("127.0.0.1", 8080, 8081, 8082)));
    return host;
  }

  /// The answer to a request of a service to its upstream.
  HttpCall.Reply call(String service) throws IOException {
    return topology.host(service).http(HttpCall.get("http://127.0.0.1:%d/".formatted(UPSTREAM)));
  }

  /// Is its upstream's application reached?
  boolean reaches(String service) {
    try {
      return call(service).ok();
    } catch (IOException refused) {
      return false;
    }
  }

  ConsulWorld consul() {
    return consul;
  }

  ControlPlane controlPlane() {
    return controlPlane;
  }

  /// How many connections the Envoy of a service that Consul drives has refused for want of an
  /// intention.
  long refusedBy(String service) throws IOException {
    var envoy = driven.get(service);
    if (envoy == null) {
      throw new IllegalArgumentException("Consul drives no Envoy of " + service);
    }
    return envoy.stat("connect_authz.rbac.denied");
  }

  /// Calls of a service to its upstream, each on a new connection.
  Traffic traffic(String service) {
    return Traffic.start(Caller.freshHttp(topology.host(service), "127.0.0.1", UPSTREAM), 20);
  }

  /// The serial of the root with which Consul signs now, in hex.
  String activeRoot() {
    return TwoWorlds.list(consul.get("/v1/connect/ca/roots").path("Roots"))
        .filter(root -> root.path("Active").asBoolean())
        .map(root -> serial(root.path("RootCert").asText()))
        .findFirst()
        .orElseThrow();
  }

  private static String serial(String pem) {
    try {
      var read =
          CertificateFactory.getInstance("X.509")
              .generateCertificate(
                  new ByteArrayInputStream(pem.getBytes(StandardCharsets.US_ASCII)));
      return ((X509Certificate) read).getSerialNumber().toString(16);
    } catch (CertificateException notOne) {
      throw new IllegalStateException(notOne);
    }
  }

  /// Which certificate signed the newest of a service, by its serial in hex.
  String issuerOf(String service) {
    return TwoWorlds.list(controlPlane.get("certs").path("certs"))
        .filter(one -> one.path("identity").asText().endsWith("/svc/" + service))
        .map(one -> one.path("issuer").asText())
        .findFirst()
        .orElse("none");
  }

  /// A workload that Tombolo drives.
  Workload the(String service) {
    var workload = workloads.get(service);
    if (workload == null) {
      throw new IllegalArgumentException("no workload " + service);
    }
    return workload;
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot take it all down", e);
      }
    }
  }
}
