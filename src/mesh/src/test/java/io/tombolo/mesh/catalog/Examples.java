package io.tombolo.mesh.catalog;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// Builders of the nouns of the mesh, for tests of every module.
public final class Examples {
  public static final TrustDomain TRUST_DOMAIN = new TrustDomain("shop.example");
  public static final SourceId CLUSTER = SourceId.kubernetes("cluster-1");
  public static final SourceId DATACENTER = SourceId.consul("dc1");

  private Examples() {}

  /// A service of Kubernetes in namespace `shop` with one HTTP port 8080.
  public static AService aService(String name) {
    return new AService(
        new ServiceId(CLUSTER, "shop", name),
        List.of(new Port("http", 8080, Protocol.HTTP)),
        Set.of(name + "-shop"),
        true);
  }

  /// A service of Consul with one HTTP port 8080.
  public static AService aConsulService(String name) {
    return new AService(
        new ServiceId(DATACENTER, "default", name),
        List.of(new Port("", 8080, Protocol.HTTP)),
        Set.of(name),
        true);
  }

  /// A service while it is being described.
  public record AService(
      ServiceId id, List<Port> ports, Set<String> consulNames, boolean exported) {
    public AService in(String namespace) {
      return new AService(
          new ServiceId(id.source(), namespace, id.name()), ports, consulNames, exported);
    }

    public AService of(SourceId source) {
      return new AService(
          new ServiceId(source, id.namespace(), id.name()), ports, consulNames, exported);
    }

    public AService on(Port... ports) {
      return new AService(id, List.of(ports), consulNames, exported);
    }

    public AService calledInConsul(String... names) {
      return new AService(id, ports, Set.of(names), exported);
    }

    public AService notExported() {
      return new AService(id, ports, consulNames, false);
    }

    public Service build() {
      return new Service(id, ports, consulNames, List.of(), Map.of(), exported, HttpProfile.STRICT);
    }

    /// Its only set of endpoints: one at each of these addresses, all healthy.
    public EndpointSet at(String... addresses) {
      return new EndpointSet(
          id,
          "",
          List.of(addresses).stream().map(address -> endpoint(address).build()).toList(),
          List.of());
    }

    /// An endpoint of its first port: a pod of the service account of the same name in network
    /// `pods`, or an instance on a VM in network `vms`.
    public AnEndpoint endpoint(String address) {
      boolean pod = id.source().world() == World.KUBERNETES;
      var instance = id.name() + "-" + address.replace('.', '-').replace(':', '-');
      var identity =
          pod
              ? SpiffeId.serviceAccount(TRUST_DOMAIN, id.namespace(), id.name())
              : SpiffeId.consulService(TRUST_DOMAIN, id.namespace(), id.source().name(), id.name());
      return new AnEndpoint(
          new Workload(id.source(), id.namespace(), instance, identity),
          ports.getFirst(),
          address,
          pod ? address : "127.0.0.1",
          pod ? "pods" : "vms",
          Health.HEALTHY);
    }
  }

  /// An endpoint while it is being described.
  public record AnEndpoint(
      Workload workload,
      Port port,
      String address,
      String appAddress,
      String network,
      Health health) {
    public AnEndpoint in(String network) {
      return new AnEndpoint(workload, port, address, appAddress, network, health);
    }

    public AnEndpoint that(Health health) {
      return new AnEndpoint(workload, port, address, appAddress, network, health);
    }

    public AnEndpoint runningAs(SpiffeId identity) {
      var as = new Workload(workload.source(), workload.namespace(), workload.instance(), identity);
      return new AnEndpoint(as, port, address, appAddress, network, health);
    }

    public Endpoint build() {
      return new Endpoint(
          workload,
          port.name(),
          address,
          port.number(),
          appAddress,
          Endpoint.PROXY_PORT,
          network,
          "",
          health,
          1);
    }
  }
}
