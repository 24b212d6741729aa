package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.ObjectReference;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointConditions;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointPort;
import io.fabric8.kubernetes.api.model.discovery.v1.EndpointSlice;
import io.tombolo.mesh.catalog.Health;
import io.tombolo.mesh.catalog.Names;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is kept of an EndpointSlice.
///
/// @param service the name of its service, as written
/// @param addressType `IPv4`, `IPv6` or `FQDN`
/// @param ports its TCP ports
record KnownSlice(String service, String addressType, List<SlicePort> ports, List<Row> rows) {
  static final String SERVICE_NAME = "kubernetes.io/service-name";

  /// @param number 0 if it is not given
  record SlicePort(String name, int number) {}

  /// One endpoint of the slice.
  ///
  /// @param node the node it runs on, or empty
  /// @param zone its zone as the slice says it, or empty
  record Row(String address, Health health, Target target, String node, String zone) {
    /// What it is called in messages: its address, and its pod if it has one.
    String label() {
      var printable = Names.printable(address);
      return target instanceof Target.Pod(var ref, _)
          ? printable + " (pod " + Names.printable(ref.name()) + ")"
          : printable;
    }
  }

  /// What an endpoint says it is.
  sealed interface Target {
    /// @param uid empty if it is not given
    record Pod(Ref ref, String uid) implements Target {}

    /// It names no pod.
    record None() implements Target {}

    record Unusable(String reason) implements Target {}
  }

  static KnownSlice of(Ref ref, EndpointSlice slice) {
    var labels = Given.of(slice.getMetadata().getLabels());
    return new KnownSlice(
        labels.getOrDefault(SERVICE_NAME, ""),
        requireNonNullElse(slice.getAddressType(), ""),
        Given.of(slice.getPorts()).stream()
            .filter(port -> "TCP".equals(requireNonNullElse(port.getProtocol(), "TCP")))
            .map(KnownSlice::port)
            .toList(),
        Given.of(slice.getEndpoints()).stream().map(row -> row(ref, row)).toList());
  }

  private static SlicePort port(EndpointPort port) {
    return new SlicePort(
        requireNonNullElse(port.getName(), ""), requireNonNullElse(port.getPort(), 0));
  }

  private static Row row(Ref slice, io.fabric8.kubernetes.api.model.discovery.v1.Endpoint row) {
    var addresses = Given.of(row.getAddresses());
    return new Row(
        addresses.isEmpty() ? "" : Address.canonical(addresses.getFirst()),
        health(row.getConditions()),
        target(slice, row.getTargetRef()),
        requireNonNullElse(row.getNodeName(), ""),
        requireNonNullElse(row.getZone(), ""));
  }

  /// What is not said counts as Kubernetes defines it: ready, serving if ready, not terminating.
  static Health health(@Nullable EndpointConditions conditions) {
    if (conditions == null) {
      return Health.HEALTHY;
    }
    boolean ready = requireNonNullElse(conditions.getReady(), true);
    if (requireNonNullElse(conditions.getTerminating(), false)) {
      return requireNonNullElse(conditions.getServing(), ready)
          ? Health.DRAINING
          : Health.UNHEALTHY;
    }
    return ready ? Health.HEALTHY : Health.UNHEALTHY;
  }

  private static Target target(Ref slice, @Nullable ObjectReference target) {
    if (target == null || target.getName() == null) {
      return new Target.None();
    }
    var kind = requireNonNullElse(target.getKind(), "Pod");
    if (!kind.equals("Pod")) {
      return new Target.Unusable(
          "targetRef.kind: is %s; only pods are in the mesh".formatted(Names.printable(kind)));
    }
    var namespace = requireNonNullElse(target.getNamespace(), slice.namespace());
    if (!namespace.equals(slice.namespace())) {
      return new Target.Unusable(
          "targetRef.namespace: is not the slice's own; a slice names pods of its namespace only");
    }
    return new Target.Pod(
        Ref.pod(namespace, target.getName()), requireNonNullElse(target.getUid(), ""));
  }
}
