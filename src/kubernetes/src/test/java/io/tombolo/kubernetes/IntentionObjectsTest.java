package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNull;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;
import static org.assertj.core.api.Assertions.tuple;

import io.fabric8.kubernetes.api.model.Condition;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tombolo.kubernetes.v1alpha1.Intention;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.flow.Elsewhere;
import io.tombolo.mesh.flow.Verdict;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import java.util.List;
import java.util.Optional;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

/// The CRD in a real API server, and the status that is written back.
@ExtendWith(TestbedExtension.class)
class IntentionObjectsTest {
  private static final Verdict REJECTED =
      new Verdict(List.of("spec.sources[0].permissions: not supported"), List.of());
  private static final Verdict GOOD = new Verdict(List.of(), List.of());

  private final KubernetesClient client;
  private final Written written;

  IntentionObjectsTest(KubeApiserver apiserver) {
    client = ClusterClient.open(Optional.of(apiserver.kubeconfig()));
    written = new Written(client);
  }

  @BeforeEach
  void install() {
    written.installCrd();
  }

  @AfterEach
  void remove() {
    written.removeIntention("checked");
    client.close();
  }

  @ParameterizedTest
  @CsvSource(
      delimiter = '|',
      value = {
        "[]|at least 1",
        "[{name: a, action: maybe}]|Unsupported value",
        "[{name: a}]|either an action or permissions",
        "[{name: a, action: allow, permissions: [{action: allow, http: {pathExact: /a}}]}]|either"
            + " an action or permissions",
        "[{name: a, permissions: []}]|at least 1",
        "[{name: a, permissions: [{action: allow, http: {}}]}]|at least one of",
        "[{name: a, permissions: [{action: allow, http: {pathExact: a}}]}]|should match",
        "[{name: a, permissions: [{action: allow, http: {pathExact: /a, pathPrefix: /}}]}]|not"
            + " both",
        "[{name: a, permissions: [{action: allow, http: {headers: [{name: b}]}}]}]|exactly one",
        "[{name: a, serviceAccount: b, action: allow}]|name either",
        "[{action: allow}]|name either",
        "[{name: a, spiffeId: 'spiffe://partner.example/b', action: allow}]|name either",
        "[{spiffeId: 'spiffe://partner.example/b', namespace: a, action: allow}]|goes without",
        "[{spiffeId: 'spiffe://partner.example/', action: allow}]|should match",
        "[{spiffeId: 'spiffe://*/b', action: allow}]|should match",
        "[{name: 'A.*', action: allow}]|should match",
        "[{name: a, world: mars, action: allow}]|Unsupported value",
        "[{name: aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa,"
            + " action: allow}]|may not be"
      })
  void the_api_server_refuses_what_cannot_be_meant(String sources, String why) {
    assertThatThrownBy(() -> written.intention("checked", sources))
        .isInstanceOf(KubernetesClientException.class)
        .hasMessageContaining(why);
  }

  @ParameterizedTest
  @ValueSource(strings = {"v1", "v1alpha1"})
  void either_version_is_served_and_both_are_the_same_objects(String version) {
    written.apply(
        """
        {apiVersion: mesh.tombolo.io/%s, kind: Intention,
         metadata: {name: checked, namespace: default},
         spec: {destination: {name: checked}, sources: [{name: a, permissions: [
           {action: allow, http: {pathPrefix: /a, methods: [GET], ports: [8080],
                                  headers: [{name: b, exact: c, ignoreCase: true}]}}]}]}}
        """
            .formatted(version));

    var read = new KubernetesWorld(KubernetesRig.CLUSTER).put(intention());
    assertThat(read)
        .singleElement()
        .isInstanceOfSatisfying(
            Fact.Registered.class,
            fact ->
                assertThat(((PolicyObject) fact.item()).intentions())
                    .singleElement()
                    .extracting(i -> i.permissions().getFirst().toString())
                    .isEqualTo(
                        "allow path prefix \"/a\" and method GET and header b exact \"c\" in any"
                            + " case and port 8080"));
  }

  @Test
  void what_became_of_an_intention_is_written_into_its_status() {
    written.intention("checked", "[{name: a, action: allow}]");
    var writer = new StatusWriter(client);
    var key = PolicyObject.key(KubernetesRig.EAST, "Intention", "default", "checked");

    assertThat(writer.write(key, REJECTED)).isEmpty();
    assertThat(accepted().getStatus()).isEqualTo("False");
    assertThat(accepted().getReason()).isEqualTo("Rejected");
    assertThat(accepted().getMessage()).contains("permissions");
    var version = intention().getMetadata().getResourceVersion();

    writer.write(key, REJECTED);
    assertThat(intention().getMetadata().getResourceVersion()).isEqualTo(version);

    assertThat(writer.write(key, GOOD)).isEmpty();
    assertThat(accepted().getStatus()).isEqualTo("True");
  }

  @Test
  @Tag("intentions")
  void what_became_of_it_in_consul_is_a_condition_of_its_own() {
    written.intention("checked", "[{name: a, action: allow}]");
    var writer = new StatusWriter(client);
    var key = PolicyObject.key(KubernetesRig.EAST, "Intention", "default", "checked");

    writer.write(key, GOOD.with(Optional.of(new Elsewhere(false, "the entry is not ours"))));
    assertThat(requireNonNull(intention().getStatus().conditions))
        .extracting(Condition::getType, Condition::getStatus, Condition::getMessage)
        .containsExactlyInAnyOrder(
            tuple("Accepted", "True", "in force"),
            tuple("WrittenToConsul", "False", "the entry is not ours"));

    writer.write(key, GOOD);
    assertThat(accepted().getStatus()).isEqualTo("True");
  }

  @Test
  void the_status_of_an_object_that_is_gone_is_not_written() {
    var key = PolicyObject.key(KubernetesRig.EAST, "Intention", "default", "never-there");

    assertThat(new StatusWriter(client).write(key, GOOD)).isEmpty();
  }

  private Intention intention() {
    return client.resources(Intention.class).inNamespace("default").withName("checked").get();
  }

  private Condition accepted() {
    var conditions = requireNonNull(intention().getStatus().conditions);
    assertThat(conditions).hasSize(1);
    return conditions.getFirst();
  }
}
