package io.tombolo.kubernetes;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Party;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What a policy about pods is about: a service in front of them.
///
/// @param ports the port of the pods for each of the service's, 0 if it is given by name; null if
///   ports are written as those of the service itself
record Called(Party party, @Nullable Map<Integer, Integer> ports) {
  /// Is it this port of a pod that is called?
  ///
  /// @param inDoubt the answer where it is not known to which port of a pod a port of the service
  ///   leads
  Condition at(int wanted, boolean inDoubt) {
    return ports == null
        ? new Condition.Port(wanted)
        : Condition.anyOf(
            ports.entrySet().stream()
                .filter(port -> port.getValue() == wanted || (port.getValue() == 0 && inDoubt))
                .map(Map.Entry::getKey)
                .sorted()
                .<Condition>map(Condition.Port::new)
                .toList());
  }
}
