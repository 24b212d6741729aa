package io.tombolo.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.identity.Authority;
import io.tombolo.identity.CaState;
import io.tombolo.identity.DirectoryKeyVault;
import io.tombolo.identity.JwtAuthority;
import io.tombolo.identity.KekSource;
import io.tombolo.identity.KeyVault;
import io.tombolo.identity.Terms;
import io.tombolo.kubernetes.Cluster;
import io.tombolo.mesh.catalog.Cidr;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Adoption;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.traffic.Reporting;
import io.tombolo.server.ports.Limits;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.function.Supplier;
import java.util.stream.Collectors;

/// The configuration as values of the mesh. Errors name the key.
final class ConfiguredMesh {
  private static final Duration LONGEST_GRACE = Duration.ofDays(30);

  private ConfiguredMesh() {}

  static Mesh.Settings settings(TomboloConfig config) {
    var gateways = new TreeMap<String, List<Mesh.Gateway>>();
    config
        .networks()
        .forEach((name, network) ->
            network
                .gateways()
                .ifPresent(addresses ->
                    gateways.put(name, addresses.stream().map(a -> gateway(name, a)).toList())));
    return new Mesh.Settings(
        named("tombolo.trust-domain", () -> new TrustDomain(config.trustDomain())),
        new SameName(config.sameName().byDefault(), config.sameName().rules()),
        gateways,
        config.visibility(),
        mode(config.intentions()),
        adoption(config.intentions()),
        reporting(config.flows()));
  }

  private static Mode mode(TomboloConfig.Intentions intentions) {
    return named(
        "tombolo.intentions.default",
        () -> new Mode(intentions.mode() == TomboloConfig.Reading.STRICT, intentions.byDefault()));
  }

  private static Adoption adoption(TomboloConfig.Intentions intentions) {
    return named(
        "tombolo.intentions.enforcement",
        () ->
            new Adoption(
                intentions.enforcement(),
                intentions.leastEnforcement().orElse(intentions.enforcement())));
  }

  private static Reporting reporting(TomboloConfig.Flows flows) {
    if (flows.max() < 1) {
      throw new IllegalArgumentException(
          "tombolo.flows.max: must be at least 1, not " + flows.max());
    }
    return named(
        "tombolo.flows.headers",
        () -> new Reporting(flows.enabled(), names(flows.headers().orElse(List.of()))));
  }

  private static Set<String> names(List<String> headers) {
    return headers.stream()
        .map(name -> new Condition.Header(name, Text.PRESENT).name())
        .collect(Collectors.toSet());
  }

  static Networks networks(TomboloConfig config) {
    var networks = new TreeMap<String, List<Cidr>>();
    config
        .networks()
        .forEach((name, network) ->
            networks.put(
                name,
                named(
                    "tombolo.networks.\"%s\".cidrs".formatted(name),
                    () -> network.cidrs().orElse(List.of()).stream().map(Cidr::parse).toList())));
    return new Networks(networks);
  }

  static Cluster.WithoutPod withoutPod(TomboloConfig config) {
    if (!config.bench().podsAssumed()) {
      return Cluster.WithoutPod.QUARANTINED;
    }
    if (config.bench().port().isEmpty()) {
      throw new IllegalArgumentException(
          "tombolo.bench.pods-assumed: is for benches, only together with tombolo.bench.port");
    }
    return Cluster.WithoutPod.ASSUMED;
  }

  /// The authority in the state directory, made at the first start.
  ///
  /// @param clusters clients of Kubernetes, by the names of clusters
  static Authority authority(
      TomboloConfig config,
      TrustDomain trustDomain,
      Map<String, KubernetesClient> clusters,
      Instant now)
      throws IOException {
    var intermediate = config.ca().intermediate();
    var terms = new Terms(config.svid().ttl(), intermediate.life(), Terms.usual().root());
    var vault = vault(config);
    var keks = kek(config);
    var elsewhere =
        ConfiguredIntermediates.of(intermediate, new CaState(vault, keks, trustDomain), clusters);
    var roots = config.state().resolve("roots");
    return Authority.open(
        new Authority.Setup(vault, keks, roots, trustDomain, terms, elsewhere.orElse(null)), now);
  }

  /// Who signs JWT-SVIDs, with keys beside those of the authority.
  static JwtAuthority jwtAuthority(TomboloConfig config, TrustDomain trustDomain, Instant now)
      throws IOException {
    return JwtAuthority.open(vault(config), kek(config), trustDomain, config.jwt().ttl(), now);
  }

  private static KeyVault vault(TomboloConfig config) throws IOException {
    return new DirectoryKeyVault(ca(config));
  }

  private static KekSource kek(TomboloConfig config) {
    return new KekSource.InFile(ca(config).resolve("kek"));
  }

  private static Path ca(TomboloConfig config) {
    return config.state().resolve("ca");
  }

  /// For how long after its end an SVID may be renewed.
  static Duration grace(TomboloConfig config) {
    var grace = config.svid().grace();
    if (grace.isNegative() || grace.compareTo(LONGEST_GRACE) > 0) {
      throw new IllegalArgumentException(
          "tombolo.svid.grace must be between 0s and %s, not %s".formatted(LONGEST_GRACE, grace));
    }
    return grace;
  }

  private static Mesh.Gateway gateway(String network, String address) {
    int colon = address.lastIndexOf(':');
    return named(
        "tombolo.networks.\"%s\".gateways".formatted(network),
        () ->
            new Mesh.Gateway(
                Cidr.parse(address.substring(0, colon)).base().getHostAddress(),
                Integer.parseInt(address.substring(colon + 1))));
  }

  private static <T> T named(String key, Supplier<T> value) {
    try {
      return value.get();
    } catch (IllegalArgumentException | IndexOutOfBoundsException wrong) {
      throw new IllegalArgumentException(key + ": " + wrong.getMessage(), wrong);
    }
  }

  static Limits limits(TomboloConfig config) {
    var xds = config.xds();
    return new Limits(
        xds.maxStreamsPerIdentity(),
        xds.maxStreamsPerNode(),
        xds.maxNames(),
        xds.maxRequestBytes(),
        xds.maxRequestsPerSecond());
  }
}
