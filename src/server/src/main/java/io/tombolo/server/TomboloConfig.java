package io.tombolo.server;

import io.smallrye.config.ConfigMapping;
import io.smallrye.config.WithDefault;
import io.smallrye.config.WithName;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.scope.Visibility;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.OptionalInt;

/// Everything that can be configured; each key is described in docs/configuration.md.
@ConfigMapping(prefix = "tombolo")
public interface TomboloConfig {
  /// The trust domain of the mesh. It cannot change later: it is part of every identity.
  @WithDefault("tombolo.local")
  String trustDomain();

  /// The directory of what must survive a restart: keys, last known good, tokens. Kept private
  /// (0700).
  @WithDefault("state")
  Path state();

  /// A directory with `kubernetes/<cluster>` and `consul/<datacenter>`, read as two worlds.
  Optional<Path> directory();

  /// Kubernetes clusters, by name.
  Map<String, Cluster> kubernetes();

  /// Consul datacenters, by name.
  Map<String, Datacenter> consul();

  /// Networks, by name.
  Map<String, Network> networks();

  EqualNames sameName();

  /// Which services a proxy that declares no upstreams is told of.
  @WithDefault("allowed")
  Visibility visibility();

  /// How intentions are read.
  Intentions intentions();

  Xds xds();

  Bench bench();

  Admin admin();

  Svid svid();

  Ca ca();

  Jwt jwt();

  Federation federation();

  Flows flows();

  Sources sources();

  /// A Kubernetes cluster.
  interface Cluster {
    /// The kubeconfig file; the pod's own service account if absent.
    Optional<Path> kubeconfig();

    /// The network of its pods.
    @WithDefault("pods")
    String network();

    /// The audience that a service account token must name to prove an identity.
    @WithDefault("tombolo")
    String audience();
  }

  /// A Consul datacenter.
  interface Datacenter {
    /// Where its HTTP API is.
    String url();

    /// The ACL token to read it with.
    Optional<String> token();

    /// The authority of its HTTPS certificate, a PEM file.
    Optional<Path> ca();

    /// The network of its VMs.
    @WithDefault("vms")
    String network();

    /// Are intentions of Kubernetes about its services written into it?
    @WithDefault("false")
    boolean writeIntentions();
  }

  /// A set of addresses that reach each other without a gateway.
  interface Network {
    /// Its address ranges. None: any address of its sources.
    Optional<List<String>> cidrs();

    /// The addresses of its mesh gateways as other networks reach them, `IP:port`.
    Optional<List<String>> gateways();
  }

  /// What becomes of services of both worlds with the same name.
  interface EqualNames {
    @WithDefault("apart")
    SameName.Choice byDefault();

    /// For single names.
    Map<String, SameName.Choice> rules();
  }

  /// How intentions are read.
  interface Intentions {
    @WithDefault("strict")
    Reading mode();

    /// What becomes of calls that no intention is about.
    @WithName("default")
    @WithDefault("deny")
    Intention.Action byDefault();

    /// What intentions do at services that do not say it.
    @WithDefault("enforce")
    Enforcement enforcement();

    /// What they do at services that ask for less; the same if absent.
    Optional<Enforcement> leastEnforcement();
  }

  /// By whose rules intentions are read.
  enum Reading {
    STRICT,
    CONSUL_COMPAT
  }

  /// The port for proxies and agents.
  interface Xds {
    @WithDefault("0.0.0.0")
    String address();

    @WithDefault("15012")
    int port();

    /// How many ADS streams one identity may have at a time.
    @WithDefault("10000")
    int maxStreamsPerIdentity();

    /// How many ADS streams one proxy may have at a time; of more, the oldest is ended.
    @WithDefault("16")
    int maxStreamsPerNode();

    /// How many resource names one stream may ask for.
    @WithDefault("100000")
    int maxNames();

    /// The size of a request, in bytes.
    @WithDefault("4194304")
    int maxRequestBytes();

    /// How many requests of one stream are read in a second.
    @WithDefault("1000")
    int maxRequestsPerSecond();
  }

  /// A plaintext ADS port for benches. There a node is who it says it is.
  interface Bench {
    /// A loopback address; another is refused.
    @WithDefault("127.0.0.1")
    String address();

    /// None: it is not opened.
    OptionalInt port();

    /// Whether an endpoint of Kubernetes that names no pod is taken for one of the namespace's
    /// `default` account.
    @WithDefault("false")
    boolean podsAssumed();
  }

  /// The port for people. Loopback, unless HTTPS is configured.
  interface Admin {
    @WithDefault("127.0.0.1")
    String address();

    @WithDefault("15014")
    int port();
  }

  /// The certificates of workloads.
  interface Svid {
    /// How long they hold; agents renew between half and two thirds of it.
    @WithDefault("24h")
    Duration ttl();

    /// For how long after its end a host may still renew one, if it is known to be there. At most
    /// 30 days; 0 for not at all.
    @WithDefault("24h")
    Duration grace();
  }

  /// Who signs the certificates of workloads.
  interface Ca {
    @WithDefault("builtin")
    Provider provider();

    ConsulCa consul();

    Intermediate intermediate();
  }

  /// The certificate that issues those of workloads.
  interface Intermediate {
    @WithDefault("builtin")
    IntermediateFrom source();

    /// How long one is made or asked to hold; renewed in the last third of it.
    @WithDefault("8760h")
    Duration life();

    /// The roots that one may be under, a PEM file. None: any that the source names.
    Optional<Path> roots();

    /// The directory of the files, for the source `files`.
    Optional<Path> files();

    VaultPki vault();

    CertManagerIssuer certManager();
  }

  /// Where intermediates come from.
  enum IntermediateFrom {
    /// A root of our own, or one that was imported with its key.
    BUILTIN,
    /// A root that is kept elsewhere, by requests that a person carries.
    OFFLINE,
    /// Files that somebody else writes.
    FILES,
    /// HashiCorp Vault.
    VAULT,
    /// cert-manager.
    CERT_MANAGER
  }

  /// A PKI secrets engine of Vault, and one way to log in.
  interface VaultPki {
    Optional<String> address();

    /// Of the PKI engine.
    @WithDefault("pki")
    String mount();

    /// One of its issuers. None: its default.
    Optional<String> issuer();

    /// Of Vault Enterprise.
    Optional<String> namespace();

    /// The authority of Vault's own certificate, a PEM file.
    Optional<Path> ca();

    /// A file with a token.
    Optional<Path> tokenFile();

    /// The role at the auth method `kubernetes`.
    Optional<String> kubernetesRole();

    /// The service-account token to log in with.
    @WithDefault("/var/run/secrets/kubernetes.io/serviceaccount/token")
    Path kubernetesToken();

    /// The role id at the auth method `approle`.
    Optional<String> appRoleId();

    /// A file with its secret id.
    Optional<Path> appSecretIdFile();

    /// Where the auth method is mounted. None: under its own name.
    Optional<String> loginMount();
  }

  /// An issuer of cert-manager.
  interface CertManagerIssuer {
    /// The name of a configured cluster.
    Optional<String> cluster();

    /// Of the CertificateRequests.
    @WithDefault("tombolo-system")
    String namespace();

    /// Its name.
    Optional<String> issuer();

    @WithDefault("Issuer")
    String kind();

    @WithDefault("cert-manager.io")
    String group();
  }

  /// The JWT-SVIDs of workloads.
  interface Jwt {
    /// How long they hold, at most: the certificate of the workload may end earlier.
    @WithDefault("5m")
    Duration ttl();
  }

  /// An authority. The built-in one also signs what another does not.
  enum Provider {
    BUILTIN,
    /// Consul's own, for the services of one datacenter.
    CONSUL
  }

  /// Consul's authority.
  interface ConsulCa {
    /// Where Consul's gRPC is.
    Optional<String> url();

    /// The datacenter that it is in: it signs for services of no other.
    Optional<String> datacenter();

    /// A file with an ACL token, read for each call.
    Optional<Path> tokenFile();

    /// The authority of its TLS certificate, a PEM file; the system's if absent.
    Optional<Path> ca();

    /// The name in its TLS certificate, if that is not the host of the URL.
    Optional<String> serverName();
  }

  /// Trust between this trust domain and others.
  interface Federation {
    BundleEndpoint endpoint();

    /// Other trust domains that are trusted, by name.
    Map<String, Partner> domains();
  }

  /// The port on which other trust domains fetch our bundle.
  interface BundleEndpoint {
    @WithDefault("0.0.0.0")
    String address();

    /// None: it is not opened.
    OptionalInt port();

    /// `https_spiffe` (shows the control plane's own SVID) or `https_web`.
    @WithDefault("https_spiffe")
    String profile();

    /// For `https_web`: the certificate and its intermediates, a PEM file, read again when it
    /// changes.
    Optional<Path> certificate();

    /// For `https_web`: its private key, PKCS#8 in a PEM file.
    Optional<Path> key();
  }

  /// Another trust domain.
  interface Partner {
    /// Of its bundle endpoint.
    String url();

    /// `https_spiffe` or `https_web`.
    String profile();

    /// For `https_spiffe`: the SPIFFE ID of the endpoint.
    Optional<String> endpointSpiffeId();

    /// For `https_spiffe`: a file with a bundle to begin with.
    Optional<Path> bootstrapBundle();

    /// For `https_web`: its authorities, a PEM file; those of the system if absent.
    Optional<Path> ca();
  }

  /// What proxies report of the calls that reach them.
  interface Flows {
    /// Do they?
    @WithDefault("false")
    boolean enabled();

    /// How many flows are kept.
    @WithDefault("100000")
    int max();

    /// Headers whose values are kept besides those of headers that intentions look at.
    Optional<List<String>> headers();
  }

  /// Reading the worlds.
  interface Sources {
    /// How long a source may take to list everything before its last known good is served instead.
    @WithDefault("20s")
    Duration startTimeout();
  }
}
