package io.tombolo.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.consul.AclTokens;
import io.tombolo.consul.ConsulSource;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.consul.IntentionsWriter;
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
import io.tombolo.mesh.policy.Intention.Action;
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
/// @param intentions by datacenter into which they are written
record Worlds(
    List<Source> sources,
    Map<String, KubernetesClient> clients,
    Map<String, ServiceAccountTokens> tokens,
    Map<String, AclTokens> aclTokens,
    Map<SourceId, StatusWriter> statuses,
    Map<SourceId, IntentionsWriter> intentions)
    implements AutoCloseable {

  static Worlds of(TomboloConfig config, TrustDomain trustDomain) throws IOException {
    var worlds =
        new Worlds(
            new ArrayList<>(),
            new HashMap<>(),
            new HashMap<>(),
            new HashMap<>(),
            new HashMap<>(),
            new HashMap<>());
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
      if (datacenter.getValue().writeIntentions()
          && config.intentions().byDefault() != Action.DENY) {
        throw new IllegalArgumentException(
            "tombolo.consul.%s.write-intentions goes with tombolo.intentions.default=deny only"
                .formatted(datacenter.getKey()));
      }
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
    if (config.writeIntentions()) {
      intentions.put(world.source(), new IntentionsWriter(world.source(), trustDomain, settings));
    }
  }

  @Override
  public void close() {
    sources.forEach(Source::close);
    aclTokens.values().forEach(AclTokens::close);
    intentions.values().forEach(IntentionsWriter::close);
    clients.values().forEach(KubernetesClient::close);
  }
}
