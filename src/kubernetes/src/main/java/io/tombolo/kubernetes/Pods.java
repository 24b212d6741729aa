package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Party;
import java.util.List;
import java.util.Map;
import java.util.function.BiConsumer;

/// The pods of a namespace that a policy is about. They are known here by the services that select
/// them.
///
/// @param missing told the field that means no pods, and the way out
record Pods(String namespace, Foreign.Lookup lookup, BiConsumer<String, String> missing) {
  /// Each service by itself, for ports are those of its pods.
  List<Called> all() {
    return lookup.services(namespace).entrySet().stream().map(this::called).toList();
  }

  /// Those with these labels. What is allowed holds at services whose pods all have them; what is
  /// denied, wherever some may have.
  List<Called> with(Map<String, String> labels, Action action, String field) {
    var found =
        lookup.services(namespace).entrySet().stream()
            .filter(service ->
                action == Action.ALLOW
                    ? service.getValue().allHave(labels)
                    : !service.getValue().noneHas(labels))
            .map(this::called)
            .toList();
    if (found.isEmpty()) {
      missing.accept(
          field,
          "no Service of the namespace selects pods by these labels, so that it holds nowhere; name"
              + " labels that a Service selects by");
    }
    return found;
  }

  private Called called(Map.Entry<String, KnownService.Pods> service) {
    return new Called(party(service.getKey()), service.getValue().ports());
  }

  Party party(String service) {
    return new Party.InWorld(World.KUBERNETES, namespace, service);
  }
}
