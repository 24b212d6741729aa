package io.tombolo.kubernetes;

import io.fabric8.kubernetes.client.ConfigBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientBuilder;
import io.tombolo.mesh.catalog.Cidr;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Relay;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceConformance;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.testbed.KubeApiserver;
import java.net.InetSocketAddress;
import java.net.URI;
import java.time.Duration;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;

/// A source that reads a real API server through a relay, and a client that writes to it directly.
final class KubernetesRig implements SourceConformance.Rig {
  static final SourceId EAST = SourceId.kubernetes("east");
  static final Cluster CLUSTER =
      new Cluster(
          EAST,
          new TrustDomain("example.org"),
          "pods",
          new Networks(Map.of("pods", List.of(Cidr.parse("10.77.0.0/16")))));
  static final KubernetesSource.Pace BRISK =
      new KubernetesSource.Pace(Duration.ofSeconds(30), Duration.ofMillis(200));

  final Written objects;
  private final KubernetesClient writing;
  private final KubernetesClient reading;
  private final Relay relay;
  private final Set<String> services = new LinkedHashSet<>();

  KubernetesRig(KubeApiserver apiserver) {
    writing = ClusterClient.open(Optional.of(apiserver.kubeconfig()));
    var url = URI.create(apiserver.url());
    relay = new Relay(new InetSocketAddress(url.getHost(), url.getPort()));
    reading =
        new KubernetesClientBuilder()
            .withConfig(
                new ConfigBuilder(writing.getConfiguration())
                    .withMasterUrl("https://127.0.0.1:" + relay.port())
                    .build())
            .withKubernetesSerialization(Excerpt.serialization())
            .build();
    objects = new Written(writing);
    objects.installCrd();
  }

  @Override
  public Source source() {
    return new KubernetesSource(CLUSTER, reading, BRISK);
  }

  @Override
  public ServiceId service(String name) {
    return new ServiceId(EAST, "default", name);
  }

  @Override
  public void addEndpoint(String service, String instance, String address) {
    services.add(service);
    objects.service(service);
    objects.pod(instance, address);
    objects.slice(service, instance, address, true);
  }

  /// Outside the declared networks; link-local addresses the API server refuses itself.
  @Override
  public String badAddress() {
    return "203.0.113.9";
  }

  @Override
  public void makeUnhealthy(String service, String instance) {
    objects.notReady(service, instance);
  }

  @Override
  public void removeEndpoint(String service, String instance) {
    objects.removeSlice(service, instance);
    objects.removePod(instance);
  }

  @Override
  public void allow(String source, String destination) {
    objects.intention(destination, "[{name: " + source + ", action: allow}]");
  }

  @Override
  public void askTheImpossible(String source, String destination) {
    objects.intention(destination, "[{name: " + source + ", action: allow, during: nights}]");
  }

  @Override
  public void removeIntention(String destination) {
    objects.removeIntention(destination);
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
    services.forEach(objects::removeAllOf);
    relay.close();
    reading.close();
    writing.close();
  }
}
