package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Request;
import io.tombolo.server.judging.GrpcCalls;
import io.tombolo.server.judging.ProxylessGrpc;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Loopback;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// A gRPC server without proxy, as grpc-java has it, and a real control plane: the server asks it
/// over mutual TLS and enforces what it is told.
@Tag("intentions")
class ProxylessGrpcTest {
  private static final TrustDomain DOMAIN = new TrustDomain("tombolo.local");
  private static final Duration PATIENCE = Duration.ofSeconds(20);
  private static final String NODE = "consul/dc1/default/api-1";
  private static final Request.Http GET = new Request.Http("POST", "/shop.Cart/Get", Map.of());
  private static final Request.Http PUT = new Request.Http("POST", "/shop.Cart/Put", Map.of());

  private final Path directory;
  private final int port = new Loopback().freePort();
  private final ControlPlane controlPlane;
  private final Hosts hosts;

  ProxylessGrpcTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    write(
        "api",
        """
        [{"service": {"name": "api", "id": "api-1", "address": "10.0.0.1", "port": %d,
                      "meta": {"tombolo-proxy-port": "%d"}}},
         {"Kind": "service-defaults", "Name": "api", "Protocol": "grpc"}]
        """
            .formatted(port, port));
    allow("/shop.Cart/Get");
    controlPlane =
        Configured.controlPlane(
            directory.resolve("state"),
            Map.of("tombolo.directory", directory.resolve("worlds").toString()));
    hosts = Hosts.of(directory.resolve("state"), controlPlane);
  }

  private void write(String name, String text) throws IOException {
    var folder = Files.createDirectories(directory.resolve("worlds/consul/dc1"));
    var fresh = Files.writeString(directory.resolve("fresh"), text);
    Files.move(
        fresh,
        folder.resolve(name + ".json"),
        java.nio.file.StandardCopyOption.ATOMIC_MOVE,
        java.nio.file.StandardCopyOption.REPLACE_EXISTING);
  }

  private void allow(String path) throws IOException {
    write(
        "intentions",
        """
        [{"Kind": "service-intentions", "Name": "api", "Sources": [{"Name": "web", "Permissions": [
           {"Action": "allow", "HTTP": {"PathExact": "%s"}}]}]}]
        """
            .formatted(path));
  }

  @BeforeEach
  void start() {
    controlPlane.start();
    Await.until(
        "the service is in the catalog",
        PATIENCE,
        () -> controlPlane.admin().loop().model().mesh().servedBy().containsKey(NODE));
  }

  @AfterEach
  void close() {
    hosts.close();
    controlPlane.close();
  }

  private Hosts.Host joined(String service, String node) throws Exception {
    var identity = SpiffeId.consulService(DOMAIN, "default", "dc1", service);
    var token =
        controlPlane
            .admin()
            .joinTokens()
            .issue(new Grant(identity, node, "*"), JoinTokens.LONGEST, Instant.now());
    return hosts.join(token.text(), Hosts.keys());
  }

  private X509Certificate root() throws Exception {
    try (var pem = Files.newInputStream(directory.resolve("state/bundle.pem"))) {
      return (X509Certificate) CertificateFactory.getInstance("X.509").generateCertificate(pem);
    }
  }

  @Test
  void an_intention_holds_an_edit_holds_at_once_and_both_without_the_control_plane()
      throws Exception {
    var api = joined("api", NODE);
    var web = joined("web", "consul/dc1/default/web-1");
    var files = ProxylessGrpc.files(directory, api.keys().getPrivate(), api.chain(), root());
    var credentials =
        Map.of(
            "type",
            MutualTls.NAME,
            "config",
            Map.of(
                "certificate", files.certificate().toString(),
                "key", files.key().toString(),
                "roots", directory.resolve("state/bundle.pem").toString()));
    var server = ProxylessGrpc.start(port, NODE, controlPlane.port().port(), credentials, files);
    try (var calls = GrpcCalls.to(port, root(), web.keys().getPrivate(), web.chain())) {
      assertThat(GrpcCalls.allowed(calls.ask(GET))).isTrue();
      assertThat(GrpcCalls.allowed(calls.ask(PUT))).isFalse();

      allow("/shop.Cart/Put");
      Await.until("Put is allowed", PATIENCE, () -> GrpcCalls.allowed(calls.ask(PUT)));
      assertThat(GrpcCalls.allowed(calls.ask(GET))).isFalse();

      controlPlane.port().close();
      assertThat(GrpcCalls.allowed(calls.ask(PUT))).isTrue();
      assertThat(GrpcCalls.allowed(calls.ask(GET))).isFalse();
    } finally {
      server.shutdownNow();
    }
  }
}
