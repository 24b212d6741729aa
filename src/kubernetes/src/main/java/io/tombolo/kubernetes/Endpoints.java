package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.EndpointSet.Quarantined;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks.Place;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Workload;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// Endpoints that follow from slices, with what is known of their pods and nodes.
///
/// @param pods by reference
/// @param zones the zones of nodes, by reference
record Endpoints(Cluster cluster, Map<Ref, KnownPod> pods, Map<Ref, String> zones) {
  private static final int ALL_THE_SAME = 1;

  /// The endpoints of a slice, or why it is refused; nothing if it belongs to no service.
  List<Item> of(Ref ref, KnownSlice slice) {
    if (slice.service().isEmpty()) {
      return List.of();
    }
    try {
      var service = new ServiceId(cluster.source(), ref.namespace(), slice.service());
      return List.of(set(service, ref.name(), slice));
    } catch (IllegalArgumentException bad) {
      return List.of(
          new Refused(
              cluster.source(),
              ref.toString(),
              "metadata.labels.\"%s\": %s"
                  .formatted(
                      KnownSlice.SERVICE_NAME, requireNonNullElse(bad.getMessage(), "bad"))));
    }
  }

  private EndpointSet set(ServiceId service, String part, KnownSlice slice) {
    var served = new ArrayList<Endpoint>();
    var quarantined = new ArrayList<Quarantined>();
    for (var row : slice.rows()) {
      try {
        var workload = workload(service, slice, row);
        for (var port : slice.ports()) {
          served.add(endpoint(workload, row, port));
        }
      } catch (IllegalArgumentException bad) {
        quarantined.add(
            new Quarantined(row.label(), requireNonNullElse(bad.getMessage(), "not valid")));
      }
    }
    return new EndpointSet(service, part, served.stream().distinct().toList(), quarantined);
  }

  /// @throws IllegalArgumentException if nothing says whose address it is; the message says why
  private Workload workload(ServiceId service, KnownSlice slice, KnownSlice.Row row) {
    if (!slice.addressType().equals("IPv4") && !slice.addressType().equals("IPv6")) {
      throw new IllegalArgumentException(
          "addressType: is \"%s\"; only IPv4 and IPv6 are in the mesh"
              .formatted(Names.printable(slice.addressType())));
    }
    return switch (row.target()) {
      case KnownSlice.Target.Unusable(var reason) -> throw new IllegalArgumentException(reason);
      case KnownSlice.Target.Pod target ->
          pod(service, target.ref().name(), pod(target, row.address()).serviceAccount());
      case KnownSlice.Target.None() ->
          switch (cluster.withoutPod()) {
            case ASSUMED -> pod(service, row.address(), "default");
            case QUARANTINED ->
                throw new IllegalArgumentException(
                    "targetRef: missing, so that nothing says which pod it is; only pods are in the"
                        + " mesh");
          };
    };
  }

  private Workload pod(ServiceId service, String name, String account) {
    return new Workload(
        service.source(),
        service.namespace(),
        name,
        SpiffeId.serviceAccount(cluster.trustDomain(), service.namespace(), account));
  }

  private KnownPod pod(KnownSlice.Target.Pod target, String address) {
    var pod = pods.get(target.ref());
    if (pod == null || replaced(pod, target)) {
      throw new IllegalArgumentException(
          "pod not known yet: it is served as soon as the pod that targetRef names is seen");
    }
    if (!pod.addresses().isEmpty() && !pod.addresses().contains(address)) {
      throw new IllegalArgumentException(
          "addresses: not an address of the pod that targetRef names (%s)"
              .formatted(Names.printable(String.join(", ", pod.addresses()))));
    }
    return pod;
  }

  private static boolean replaced(KnownPod pod, KnownSlice.Target.Pod target) {
    return !pod.uid().isEmpty() && !target.uid().isEmpty() && !pod.uid().equals(target.uid());
  }

  private Endpoint endpoint(Workload workload, KnownSlice.Row row, KnownSlice.SlicePort port) {
    if (!port.name().isEmpty()) {
      Names.requireLabel("ports: the name of a port", port.name());
    }
    return switch (cluster.networks().place(row.address(), cluster.network())) {
      case Place.Refused(var reason) -> throw new IllegalArgumentException(reason);
      case Place.In(var network) ->
          new Endpoint(
              workload,
              port.name(),
              row.address(),
              port.number(),
              row.address(),
              Endpoint.PROXY_PORT,
              network,
              zone(row),
              row.health(),
              ALL_THE_SAME);
    };
  }

  private String zone(KnownSlice.Row row) {
    return row.zone().isEmpty()
        ? zones.getOrDefault(Ref.node(row.node()), "")
        : Zone.orNone(row.zone());
  }
}
