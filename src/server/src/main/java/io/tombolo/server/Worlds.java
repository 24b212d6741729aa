package io.tombolo.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.consul.AclTokens;
import io.tombolo.consul.ConsulSource;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.directory.DirectorySource;
import io.tombolo.kubernetes.Cluster;
import io.tombolo.kubernetes.ClusterClient;
import io.tombolo.kubernetes.KubernetesSource;
import io.tombolo.kubernetes.ServiceAccountTokens;
import io.tombolo.kubernetes.StatusWriter;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The configured worlds: what reads them, who checks their tokens, who writes status into them.
///
/// @param clients by cluster; to be closed last
/// @param tokens by cluster
/// @param aclTokens by datacenter
/// @param statuses by cluster
record Worlds(
    List<Source> sources,
    Map<String, KubernetesClient> clients,
    Map<String, ServiceAccountTokens> tokens,
    Map<String, AclTokens> aclTokens,
    Map<SourceId, StatusWriter> statuses)
    implements AutoCloseable {

  static Worlds of(TomboloConfig config, TrustDomain trustDomain) throws IOException {
    var worlds =
        new Worlds(
            new ArrayList<>(), new HashMap<>(), new HashMap<>(), new HashMap<>(), new HashMap<>());
    var networks = ConfiguredMesh.networks(config);
    if (config.directory().isPresent()) {
      worlds.sources.addAll(
          DirectorySource.in(
              config.directory().get(),
              new DirectorySource.Settings(trustDomain, networks, Worlds::networkOf)));
    }
    var withoutPod = ConfiguredMesh.withoutPod(config);
    config
        .kubernetes()
        .forEach((name, c) ->
            worlds.add(
                new Cluster(
                    SourceId.kubernetes(name), trustDomain, c.network(), networks, withoutPod),
                c));
    for (var datacenter : config.consul().entrySet()) {
      worlds.add(datacenter.getKey(), datacenter.getValue(), trustDomain, networks);
    }
    return worlds;
  }

  /// In a directory, pods are in the network `pods` and VMs in `vms`.
  private static String networkOf(SourceId source) {
    return switch (source.world()) {
      case KUBERNETES -> "pods";
      case CONSUL -> "vms";
    };
  }

  private void add(Cluster cluster, TomboloConfig.Cluster config) {
    var id = cluster.source();
    var client = ClusterClient.open(config.kubeconfig());
    clients.put(id.name(), client);
    sources.add(new KubernetesSource(cluster, client, KubernetesSource.Pace.USUAL));
    tokens.put(id.name(), new ServiceAccountTokens(client, config.audience()));
    statuses.put(id, new StatusWriter(client));
  }

  private void add(
      String name, TomboloConfig.Datacenter config, TrustDomain trustDomain, Networks networks)
      throws IOException {
    var settings =
        new ConsulSource.Settings(
            URI.create(config.url()),
            config.token().orElse(""),
            config.ca().map(Path::toString).orElse(""));
    var world = new ConsulWorld(trustDomain, SourceId.consul(name), networks, config.network());
    sources.add(new ConsulSource(world, settings));
    aclTokens.put(name, new AclTokens(name, settings));
  }

  @Override
  public void close() {
    sources.forEach(Source::close);
    aclTokens.values().forEach(AclTokens::close);
    clients.values().forEach(KubernetesClient::close);
  }
}
