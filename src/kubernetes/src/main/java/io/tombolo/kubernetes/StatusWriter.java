package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.kubernetes.v1alpha1.IntentionStatus;
import io.tombolo.mesh.catalog.Key;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Writes back into `Intention` objects what became of them, as the condition `Accepted`.
/// Thread-safe, but only one writer of a cluster should be at work.
public final class StatusWriter {
  private static final String ACCEPTED = "Accepted";
  private static final int LONGEST_MESSAGE = 8 * 1024;

  private final KubernetesClient client;

  public StatusWriter(KubernetesClient client) {
    this.client = client;
  }

  /// Does this key stand for an object that has a status?
  public static boolean concerns(Key key) {
    return key.kind() == Key.Kind.INTENTIONS && key.part().equals(WrittenIntention.KIND);
  }

  /// Blocks while the API server is asked. Writes nothing if the status already says so, or the
  /// object is gone.
  ///
  /// @param problems empty if the object is in force
  /// @return why it could not be written
  public Optional<String> write(Key key, List<String> problems) {
    try {
      var object =
          client.resources(Intention.class).inNamespace(key.namespace()).withName(key.name()).get();
      if (object != null) {
        var before = accepted(object.getStatus());
        var now = condition(problems, object.getMetadata().getGeneration(), before);
        if (!now.equals(before)) {
          apply(key, now);
        }
      }
      return Optional.empty();
    } catch (KubernetesClientException failed) {
      return Optional.of(
          Reason.of("write the status of Intention " + key.namespace() + "/" + key.name(), failed));
    }
  }

  private void apply(Key key, Condition condition) {
    var patch = new Intention();
    patch.setMetadata(
        new ObjectMetaBuilder().withNamespace(key.namespace()).withName(key.name()).build());
    patch.setSpec(null);
    var status = new IntentionStatus();
    status.conditions = List.of(condition);
    patch.setStatus(status);
    client
        .resource(patch)
        .subresource("status")
        .patch(
            new PatchContext.Builder()
                .withPatchType(PatchType.SERVER_SIDE_APPLY)
                .withFieldManager("tombolo")
                .withForce(true)
                .build());
  }

  private static @Nullable Condition accepted(@Nullable IntentionStatus status) {
    return status == null
        ? null
        : Given.of(status.conditions).stream()
            .filter(condition -> ACCEPTED.equals(condition.getType()))
            .findFirst()
            .orElse(null);
  }

  private static Condition condition(
      List<String> problems, @Nullable Long generation, @Nullable Condition before) {
    var status = problems.isEmpty() ? "True" : "False";
    var message = problems.isEmpty() ? "in force" : String.join("\n", problems);
    var since =
        before != null && status.equals(before.getStatus())
            ? before.getLastTransitionTime()
            : Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return new ConditionBuilder()
        .withType(ACCEPTED)
        .withStatus(status)
        .withReason(problems.isEmpty() ? ACCEPTED : "Rejected")
        .withMessage(message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)))
        .withObservedGeneration(generation)
        .withLastTransitionTime(since)
        .build();
  }
}
