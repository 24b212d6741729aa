package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNull;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Cidr;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.scope.Visibility;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;

/// A cluster to which objects are applied, and what follows for calls in it.
final class Policed {
  static final SourceId EAST = SourceId.kubernetes("east");
  static final TrustDomain TRUST_DOMAIN = new TrustDomain("example.org");
  private static final Manifests MANIFESTS = new Manifests();

  private final KubernetesWorld world =
      new KubernetesWorld(
          new Cluster(
              EAST,
              TRUST_DOMAIN,
              "pods",
              new Networks(Map.of("pods", List.of(Cidr.parse("10.1.0.0/16"))))));
  private Catalog catalog = Catalog.of(Set.of(EAST));
  private int pods;

  Policed apply(String yaml) {
    return take(yaml, world::put);
  }

  Policed delete(String yaml) {
    return take(yaml, world::remove);
  }

  private Policed take(String yaml, Function<HasMetadata, List<Fact>> change) {
    var facts = new ArrayList<Fact>();
    MANIFESTS.parse(yaml).forEach(object -> facts.addAll(change.apply(object)));
    catalog = catalog.with(facts);
    return this;
  }

  /// A service with one port, and a pod behind it for each of these accounts.
  Policed service(String namespace, String name, String port, String... accounts) {
    apply(
        """
        {apiVersion: v1, kind: Service, metadata: {name: %s, namespace: %s},
         spec: {selector: {app: %s}, ports: [%s]}}
        """
            .formatted(name, namespace, name, port));
    for (var account : accounts) {
      pods++;
      apply(
          """
          {apiVersion: v1, kind: Pod, metadata: {name: %3$s-%4$d, namespace: %1$s},
           spec: {serviceAccountName: %2$s, containers: []}, status: {podIP: 10.1.0.%4$d}}
          ---
          {apiVersion: discovery.k8s.io/v1, kind: EndpointSlice, addressType: IPv4,
           metadata: {name: %3$s-%4$d, namespace: %1$s,
                      labels: {kubernetes.io/service-name: %3$s}},
           ports: [{name: http, port: 8080}],
           endpoints: [{addresses: [10.1.0.%4$d], targetRef: {kind: Pod, name: %3$s-%4$d}}]}
          """
              .formatted(namespace, account, name, pods));
    }
    return this;
  }

  static SpiffeId account(String namespaceAndName) {
    var parts = namespaceAndName.split("/", -1);
    return SpiffeId.serviceAccount(TRUST_DOMAIN, parts[0], parts[1]);
  }

  /// May this account make the request `METHOD /path [name=value ...]`, or connect (`-`), to this
  /// service's first port, at its pods of an account?
  boolean allows(String caller, String service, String at, String request) {
    return allows(
        caller.startsWith("spiffe:") ? SpiffeId.parse(caller) : account(caller),
        service,
        account(at),
        request);
  }

  private boolean allows(SpiffeId caller, String service, SpiffeId at, String request) {
    var parts = service.split("/", -1);
    var id = new ServiceId(EAST, parts[0], parts[1]);
    var mesh = Mesh.of(catalog, settings());
    var port = requireNonNull(mesh.catalog().services().get(id)).ports().getFirst();
    return requireNonNull(mesh.policies().get(id))
        .at(at)
        .at(port)
        .decide(new Request(caller, port.number(), request.equals("-") ? null : http(request)))
        .allowed();
  }

  private static Request.Http http(String request) {
    var parts = request.split(" ", -1);
    var headers = new HashMap<String, String>();
    for (int i = 2; i < parts.length; i++) {
      var header = parts[i].split("=", 2);
      headers.put(header[0], header[1]);
    }
    return new Request.Http(parts[0], parts[1], headers);
  }

  private static Mesh.Settings settings() {
    return new Mesh.Settings(
        TRUST_DOMAIN,
        new SameName(SameName.Choice.APART, Map.of()),
        Map.of(),
        Visibility.EVERYTHING);
  }

  /// What is wrong with an object of namespace `shop`.
  List<String> problems(String kind, String name) {
    return policy(kind, name).problems();
  }

  PolicyObject policy(String kind, String name) {
    return policyIn("shop", kind, name);
  }

  PolicyObject policyIn(String namespace, String kind, String name) {
    return (PolicyObject)
        requireNonNull(
            catalog.others().get(PolicyObject.key(EAST, kind, namespace, name)),
            () -> Names.printable(kind + " " + name) + " is not known");
  }
}
