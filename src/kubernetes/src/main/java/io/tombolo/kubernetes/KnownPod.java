package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNullElse;

import io.fabric8.kubernetes.api.model.Pod;
import io.fabric8.kubernetes.api.model.PodIP;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// What is kept of a Pod.
///
/// @param uid tells it from an earlier pod of its name; empty if it is not known
/// @param addresses as the kubelet reports them; empty if it has not yet
record KnownPod(String serviceAccount, String uid, Set<String> addresses) {
  static KnownPod of(Pod pod) {
    var spec = pod.getSpec();
    var account = spec == null ? null : spec.getServiceAccountName();
    return new KnownPod(
        account == null || account.isEmpty() ? "default" : account,
        requireNonNullElse(pod.getMetadata().getUid(), ""),
        addresses(pod));
  }

  private static Set<String> addresses(Pod pod) {
    var status = pod.getStatus();
    if (status == null) {
      return Set.of();
    }
    var all = Given.of(status.getPodIPs()).stream().map(PodIP::getIp);
    return Stream.concat(all, Stream.ofNullable(status.getPodIP()))
        .filter(Objects::nonNull)
        .filter(address -> !address.isEmpty())
        .map(Address::canonical)
        .collect(Collectors.toUnmodifiableSet());
  }
}
