package io.tombolo.consul;

import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Relay;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceConformance;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.testbed.Consul;
import io.tombolo.testbed.TestbedExtension;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.extension.ExtendWith;

/// A real Consul is a source like every other.
@Timeout(60)
@ExtendWith(TestbedExtension.class)
class ConsulConformanceTest extends SourceConformance {
  private final Consul consul;

  ConsulConformanceTest(Consul consul) {
    this.consul = consul;
  }

  @Override
  protected Rig rig() {
    return new ConsulRig(consul);
  }

  /// Writes through the API; the source reads through a relay that can be cut. Every instance has a
  /// node of its own.
  private static final class ConsulRig implements Rig {
    private final Consul consul;
    private final Relay relay;
    private final Source source;
    private final Set<String> nodes = new HashSet<>();
    private final Set<String> intentions = new HashSet<>();

    ConsulRig(Consul consul) {
      this.consul = consul;
      var url = URI.create(consul.url());
      this.relay = new Relay(new InetSocketAddress(url.getHost(), url.getPort()));
      var world =
          new ConsulWorld(
              new TrustDomain("mesh.example"),
              SourceId.consul("dc1"),
              new Networks(Map.of("vms", List.of())),
              "vms");
      var through = URI.create("http://127.0.0.1:" + relay.port());
      this.source = new ConsulSource(world, new ConsulSource.Settings(through, "", ""));
    }

    private void call(String method, String path, String body) {
      try {
        var reply = consul.call(method, path, body);
        if (!reply.ok()) {
          throw new IllegalStateException(path + ": " + reply.body());
        }
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    @Override
    public Source source() {
      return source;
    }

    @Override
    public ServiceId service(String name) {
      return new ServiceId(source.id(), "default", name);
    }

    private static String node(String service, String instance) {
      return service + "-on-" + instance;
    }

    @Override
    public void addEndpoint(String service, String instance, String address) {
      var node = node(service, instance);
      nodes.add(node);
      call(
          "PUT",
          "/v1/catalog/register",
          """
          {"Node": "%s", "Address": "%s",
           "Service": {"ID": "%s", "Service": "%s", "Port": 8080}}
          """
              .formatted(node, address, instance, service));
    }

    @Override
    public void makeUnhealthy(String service, String instance) {
      var node = node(service, instance);
      call(
          "PUT",
          "/v1/catalog/register",
          """
          {"Node": "%s", "SkipNodeUpdate": true,
           "Check": {"CheckID": "alive", "ServiceID": "%s", "Status": "critical"}}
          """
              .formatted(node, instance));
    }

    @Override
    public void removeEndpoint(String service, String instance) {
      var node = node(service, instance);
      nodes.remove(node);
      call("PUT", "/v1/catalog/deregister", "{\"Node\": \"%s\"}".formatted(node));
    }

    private void intend(String source, String destination, String more) {
      intentions.add(destination);
      call(
          "PUT",
          "/v1/config",
          """
          {"Kind": "service-intentions", "Name": "%s",
           "Sources": [{"Name": "%s", "Action": "allow" %s}]}
          """
              .formatted(destination, source, more));
    }

    @Override
    public void allow(String source, String destination) {
      intend(source, destination, "");
    }

    @Override
    public void askTheImpossible(String source, String destination) {
      intend(source, destination, ", \"Peer\": \"elsewhere\"");
    }

    @Override
    public void removeIntention(String destination) {
      intentions.remove(destination);
      call("DELETE", "/v1/config/service-intentions/" + destination, "");
    }

    @Override
    public void cut() {
      relay.cut();
    }

    @Override
    public void mend() {
      relay.mend();
    }

    @Override
    public void close() {
      Set.copyOf(intentions).forEach(this::removeIntention);
      nodes.forEach(
          node -> call("PUT", "/v1/catalog/deregister", "{\"Node\": \"%s\"}".formatted(node)));
      relay.close();
    }
  }
}
