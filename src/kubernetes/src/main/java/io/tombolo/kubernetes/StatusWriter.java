package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.api.model.ConditionBuilder;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRoute;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.HTTPRouteStatusBuilder;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.ParentReference;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatus;
import io.fabric8.kubernetes.api.model.gatewayapi.v1.RouteParentStatusBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.base.PatchContext;
import io.fabric8.kubernetes.client.dsl.base.PatchType;
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.kubernetes.v1alpha1.IntentionStatus;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.flow.Verdict;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// Writes back into objects what became of them: into an `Intention` as the condition `Accepted`
/// and, if it is written through, `WrittenToConsul`; into an `HTTPRoute` as `Accepted` and
/// `ResolvedRefs` of each parent that is a Service. Thread-safe, but only one writer of a cluster
/// should be at work.
public final class StatusWriter {
  /// Who we are in the status of a route.
  static final String CONTROLLER = "mesh.tombolo.io/control-plane";

  private static final String ACCEPTED = "Accepted";
  private static final String IN_CONSUL = "WrittenToConsul";
  private static final String RESOLVED = "ResolvedRefs";
  private static final int LONGEST_MESSAGE = 8 * 1024;

  private final KubernetesClient client;

  public StatusWriter(KubernetesClient client) {
    this.client = client;
  }

  /// Does this key stand for an object that has a status?
  public static boolean concerns(Key key) {
    return switch (key.kind()) {
      case INTENTIONS -> key.part().equals(WrittenIntention.KIND);
      case ROUTES -> key.part().equals(WrittenRoute.KIND);
      case SERVICE, ENDPOINTS, JWT_PROVIDERS, REFUSED -> false;
    };
  }

  /// Blocks while the API server is asked. Writes nothing if the status already says so, or the
  /// object is gone.
  ///
  /// @return why it could not be written
  public Optional<String> write(Key key, Verdict verdict) {
    try {
      if (key.kind() == Key.Kind.ROUTES) {
        writeRoute(key, verdict);
      } else {
        writeIntention(key, verdict);
      }
      return Optional.empty();
    } catch (KubernetesClientException failed) {
      return Optional.of(
          Reason.of(
              "write the status of %s %s/%s".formatted(key.part(), key.namespace(), key.name()),
              failed));
    }
  }

  private void writeIntention(Key key, Verdict verdict) {
    var object =
        client.resources(Intention.class).inNamespace(key.namespace()).withName(key.name()).get();
    if (object != null) {
      var status = object.getStatus();
      var before = status == null ? List.<Condition>of() : Given.of(status.conditions);
      var now = conditions(verdict, object.getMetadata().getGeneration(), before);
      if (!Set.copyOf(now).equals(ours(before))) {
        apply(key, now);
      }
    }
  }

  private static Set<Condition> ours(List<Condition> conditions) {
    return conditions.stream()
        .filter(condition -> List.of(ACCEPTED, IN_CONSUL).contains(condition.getType()))
        .collect(Collectors.toSet());
  }

  private static List<Condition> conditions(
      Verdict verdict, @Nullable Long generation, List<Condition> before) {
    var now = new ArrayList<Condition>();
    now.add(accepted(verdict, generation, condition(ACCEPTED, before)));
    verdict
        .elsewhere()
        .map(became ->
            condition(
                IN_CONSUL,
                became.written() ? List.of() : List.of(became.message()),
                became.written() ? "Written" : "NotWritten",
                became.message(),
                generation,
                condition(IN_CONSUL, before)))
        .ifPresent(now::add);
    return now;
  }

  /// What others wrote of parents that are theirs is kept.
  private void writeRoute(Key key, Verdict verdict) {
    var object =
        client.resources(HTTPRoute.class).inNamespace(key.namespace()).withName(key.name()).get();
    if (object == null) {
      return;
    }
    var before =
        object.getStatus() == null
            ? List.<RouteParentStatus>of()
            : Given.of(object.getStatus().getParents());
    var now = new ArrayList<RouteParentStatus>();
    before.stream().filter(status -> !isOurs(status)).forEach(now::add);
    for (var parent : Given.of(object.getSpec().getParentRefs())) {
      if (WrittenRoute.isService(parent)) {
        now.add(ours(parent, verdict, object.getMetadata().getGeneration(), before));
      }
    }
    if (!now.equals(before)) {
      object.setStatus(new HTTPRouteStatusBuilder().withParents(now).build());
      client.resource(object).updateStatus();
    }
  }

  private static boolean isOurs(RouteParentStatus status) {
    return CONTROLLER.equals(status.getControllerName());
  }

  private static RouteParentStatus ours(
      ParentReference parent,
      Verdict verdict,
      @Nullable Long generation,
      List<RouteParentStatus> before) {
    var known =
        before.stream()
            .filter(status -> isOurs(status) && parent.equals(status.getParentRef()))
            .findFirst()
            .map(RouteParentStatus::getConditions)
            .orElse(List.of());
    return new RouteParentStatusBuilder()
        .withParentRef(parent)
        .withControllerName(CONTROLLER)
        .withConditions(
            accepted(verdict, generation, condition(ACCEPTED, known)),
            condition(
                RESOLVED,
                verdict.unresolved(),
                verdict.unresolved().isEmpty() ? RESOLVED : "BackendNotFound",
                "every backend is there",
                generation,
                condition(RESOLVED, known)))
        .build();
  }

  private void apply(Key key, List<Condition> conditions) {
    var patch = new Intention();
    patch.setMetadata(
        new ObjectMetaBuilder().withNamespace(key.namespace()).withName(key.name()).build());
    patch.setSpec(null);
    var status = new IntentionStatus();
    status.conditions = conditions;
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

  private static @Nullable Condition condition(String type, @Nullable List<Condition> conditions) {
    return Given.of(conditions).stream()
        .filter(condition -> type.equals(condition.getType()))
        .findFirst()
        .orElse(null);
  }

  private static Condition accepted(
      Verdict verdict, @Nullable Long generation, @Nullable Condition before) {
    return condition(
        ACCEPTED,
        verdict.problems(),
        verdict.problems().isEmpty() ? ACCEPTED : "Rejected",
        "in force",
        generation,
        before);
  }

  private static Condition condition(
      String type,
      List<String> problems,
      String reason,
      String good,
      @Nullable Long generation,
      @Nullable Condition before) {
    var status = problems.isEmpty() ? "True" : "False";
    var message = problems.isEmpty() ? good : String.join("\n", problems);
    var since =
        before != null && status.equals(before.getStatus())
            ? before.getLastTransitionTime()
            : Instant.now().truncatedTo(ChronoUnit.SECONDS).toString();
    return new ConditionBuilder()
        .withType(type)
        .withStatus(status)
        .withReason(reason)
        .withMessage(message.substring(0, Math.min(message.length(), LONGEST_MESSAGE)))
        .withObservedGeneration(generation)
        .withLastTransitionTime(since)
        .build();
  }
}
