package io.tombolo.xds.delivery;

import static io.tombolo.xds.TwoWorlds.CART;
import static io.tombolo.xds.snapshot.ResourceType.CLUSTER;
import static io.tombolo.xds.snapshot.ResourceType.ENDPOINTS;
import static io.tombolo.xds.snapshot.ResourceType.LISTENER;
import static io.tombolo.xds.snapshot.ResourceType.ROUTES;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.Resource;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.xds.TwoWorlds;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Snapshots;
import io.tombolo.xds.snapshot.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class DeltaSessionTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String BILLING_SNI = "billing.default.dc1.internal.shop.example";
  private static final View VIEW = view();

  private final DeltaSession session = new DeltaSession();

  private static View view(Fact... more) {
    return new Snapshots()
        .next(TwoWorlds.mesh(List.of(more)))
        .viewFor(TwoWorlds.sidecar(CART, "10.1.0.7"));
  }

  private static View nothing() {
    var proxy = TwoWorlds.gateway("pods");
    return new Snapshots()
        .next(TwoWorlds.mesh())
        .viewFor(
            new io.tombolo.mesh.scope.Proxy(
                "x/y", proxy.identity(), proxy.role(), "vms", "", List.of()));
  }

  private List<DeltaDiscoveryResponse> say(DeltaDiscoveryRequest.Builder request, View view) {
    session.receive(request.build(), NOW);
    return news(view);
  }

  private List<DeltaDiscoveryResponse> news(View view) {
    return news(session, view);
  }

  private static List<DeltaDiscoveryResponse> news(DeltaSession told, View view) {
    return told.news(view, NOW).stream()
        .map(response -> Wire.parsed(response, DeltaDiscoveryResponse.parser()))
        .toList();
  }

  private static DeltaDiscoveryRequest.Builder about(ResourceType type, String... names) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNamesSubscribe(List.of(names));
  }

  private static DeltaDiscoveryRequest.Builder ack(DeltaDiscoveryResponse response) {
    return DeltaDiscoveryRequest.newBuilder()
        .setTypeUrl(response.getTypeUrl())
        .setResponseNonce(response.getNonce());
  }

  private static DeltaDiscoveryRequest.Builder nack(DeltaDiscoveryResponse response) {
    return ack(response).setErrorDetail(Status.newBuilder().setMessage("no\nthanks"));
  }

  private static List<String> names(DeltaDiscoveryResponse response) {
    return response.getResourcesList().stream().map(Resource::getName).toList();
  }

  /// A stream that has every cluster.
  private void haveClusters() {
    say(ack(say(about(CLUSTER), VIEW).getFirst()), VIEW);
  }

  @Test
  void who_asks_for_no_name_gets_all() {
    var responses = say(about(CLUSTER), VIEW);

    assertThat(responses).hasSize(1);
    assertThat(responses.getFirst().getResourcesCount()).isEqualTo(VIEW.of(CLUSTER).size());
  }

  @Test
  void the_first_question_is_answered_even_if_there_is_nothing() {
    assertThat(say(about(CLUSTER), nothing())).hasSize(1);
    assertThat(news(nothing())).isEmpty();
  }

  @Test
  void only_names_that_were_asked_for_are_told() {
    var responses = say(about(ENDPOINTS, BILLING_SNI), VIEW);

    assertThat(names(responses.getFirst())).containsExactly(BILLING_SNI);
  }

  @Test
  void a_name_that_there_is_not_is_said_not_to_be() {
    var response = say(about(ENDPOINTS, "nobody"), VIEW).getFirst();

    assertThat(response.getResourcesCount()).isZero();
    assertThat(response.getRemovedResourcesList()).containsExactly("nobody");
  }

  @Test
  void one_response_of_a_type_waits_for_its_answer_before_the_next() {
    say(about(ENDPOINTS, BILLING_SNI), VIEW);
    var changed = new Fact.Registered(TwoWorlds.BILLING.at("10.2.0.7", "10.2.0.9"));
    var gone =
        new Fact.Registered(new EndpointSet(TwoWorlds.BILLING.id(), "", List.of(), List.of()));

    assertThat(news(view(gone))).isEmpty();
    assertThat(news(view(changed, gone))).isEmpty();
  }

  @Test
  void what_the_client_says_it_has_is_not_sent_again() {
    var sent = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst().getResources(0);
    var again = new DeltaSession();
    again.receive(
        about(ENDPOINTS, BILLING_SNI)
            .putInitialResourceVersions(BILLING_SNI, sent.getVersion())
            .build(),
        NOW);

    assertThat(news(again, VIEW).getFirst().getResourcesCount()).isZero();
  }

  @Test
  void what_is_gone_since_the_client_had_it_is_removed() {
    haveClusters();
    var again = new DeltaSession();
    again.receive(about(CLUSTER).putInitialResourceVersions("old", "1").build(), NOW);
    var all = news(again, VIEW).getFirst();
    again.receive(ack(all).build(), NOW);

    assertThat(news(again, VIEW).getFirst().getRemovedResourcesList()).containsExactly("old");
  }

  @Test
  void what_the_client_has_without_a_version_is_removed_as_well_if_it_is_gone() {
    var again = new DeltaSession();
    again.receive(about(CLUSTER).putInitialResourceVersions("old", "").build(), NOW);
    again.receive(ack(news(again, VIEW).getFirst()).build(), NOW);

    assertThat(news(again, VIEW).getFirst().getRemovedResourcesList()).containsExactly("old");
  }

  @Test
  void who_asks_again_for_what_he_has_is_told_again() {
    var first = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst();

    assertThat(say(ack(first), VIEW)).isEmpty();
    assertThat(names(say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst()))
        .containsExactly(BILLING_SNI);
  }

  @Test
  void what_is_not_wanted_any_more_is_not_told() {
    var first = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst();
    say(ack(first), VIEW);
    var unsubscribe =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl(ENDPOINTS.typeUrl())
            .addResourceNamesUnsubscribe(BILLING_SNI);
    say(unsubscribe, VIEW);
    var gone =
        new Fact.Registered(new EndpointSet(TwoWorlds.BILLING.id(), "", List.of(), List.of()));

    assertThat(news(view(gone))).isEmpty();
  }

  @Test
  void listeners_wait_until_the_clusters_are_acknowledged_and_endpoints_do_not() {
    var clusters = say(about(CLUSTER), VIEW).getFirst();

    assertThat(say(about(LISTENER), VIEW)).isEmpty();
    var endpoints = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst();
    assertThat(say(ack(clusters), VIEW)).isEmpty();
    assertThat(say(ack(endpoints), VIEW))
        .extracting(DeltaDiscoveryResponse::getTypeUrl)
        .containsExactly(LISTENER.typeUrl());
  }

  @Test
  void a_cluster_goes_only_after_its_listener_has_gone() {
    haveClusters();
    say(ack(say(about(LISTENER), VIEW).getFirst()), VIEW);
    var without = view(new Fact.Gone(Service.key(CART.id())));

    var first = news(without);
    assertThat(first)
        .extracting(DeltaDiscoveryResponse::getTypeUrl)
        .containsExactly(LISTENER.typeUrl());
    assertThat(news(without)).isEmpty();
    assertThat(say(ack(first.getFirst()), without))
        .extracting(DeltaDiscoveryResponse::getTypeUrl)
        .containsExactly(CLUSTER.typeUrl());
  }

  @Test
  void the_cluster_of_an_application_outlasts_its_listener() {
    haveClusters();
    say(ack(say(about(LISTENER), VIEW).getFirst()), VIEW);
    var unserved = view(new Fact.Gone(EndpointSet.key(CART.id(), "")));
    var gone = new ArrayList<String>();
    var responses = news(unserved);
    while (!responses.isEmpty()) {
      gone.addAll(responses.getFirst().getRemovedResourcesList());
      responses = say(ack(responses.getFirst()), unserved);
    }

    assertThat(gone).contains("inbound:10.1.0.7:15006").doesNotContain("inbound:10.1.0.7:8080");
    assertThat(session.lacking(unserved.revision()))
        .noneMatch(lack -> lack.what().type() == CLUSTER);
  }

  @Test
  void endpoints_do_not_wait_for_clusters_that_changed_again_meanwhile() {
    say(about(CLUSTER), VIEW);

    assertThat(say(about(ENDPOINTS, BILLING_SNI), servedBySomeoneElse()))
        .extracting(DeltaSessionTest::names)
        .containsExactly(List.of(BILLING_SNI));
  }

  private static View servedBySomeoneElse() {
    var someoneElse =
        TwoWorlds.BILLING
            .endpoint("10.2.0.7")
            .runningAs(SpiffeId.serviceAccount(Examples.TRUST_DOMAIN, "shop", "other"))
            .build();
    return view(
        new Fact.Registered(
            new EndpointSet(TwoWorlds.BILLING.id(), "", List.of(someoneElse), List.of())));
  }

  @Test
  void a_cluster_that_is_replaced_is_told_its_endpoints_once_more() {
    haveClusters();
    say(ack(say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst()), VIEW);

    assertThat(news(servedBySomeoneElse()))
        .extracting(DeltaSessionTest::names)
        .containsExactly(List.of(BILLING_SNI), List.of(BILLING_SNI));
  }

  @Test
  void an_answer_to_an_earlier_response_says_nothing() {
    var first = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst();
    say(ack(first), VIEW);
    say(about(ENDPOINTS, BILLING_SNI), VIEW);

    say(nack(first), VIEW);

    assertThat(progress(ENDPOINTS).refused()).isEmpty();
  }

  @Test
  void what_is_refused_is_known_by_name_and_reason_and_not_sent_again_until_it_changes() {
    say(nack(say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst()), VIEW);

    assertThat(progress(ENDPOINTS).refused())
        .containsExactly(new Delivery.Refusal(List.of(BILLING_SNI), "no?thanks", NOW));
    assertThat(news(VIEW)).isEmpty();
    var gone =
        new Fact.Registered(new EndpointSet(TwoWorlds.BILLING.id(), "", List.of(), List.of()));
    var changed = news(view(gone)).getFirst();
    assertThat(names(changed)).containsExactly(BILLING_SNI);
    say(ack(changed), view(gone));
    assertThat(progress(ENDPOINTS).refused()).isEmpty();
  }

  @Test
  void of_many_resources_only_the_one_that_is_refused_alone_is_left_out() {
    var responses = say(about(CLUSTER), VIEW);
    int messages = 0;
    while (!responses.isEmpty()) {
      var response = responses.getFirst();
      responses = say(names(response).contains(BILLING_SNI) ? nack(response) : ack(response), VIEW);
      assertThat(++messages).isLessThan(20);
    }

    assertThat(progress(CLUSTER).refused())
        .extracting(Delivery.Refusal::resources)
        .containsExactly(List.of(BILLING_SNI));
    assertThat(session.delivery().applied()).isZero();
  }

  @Test
  void a_revision_is_applied_when_everything_of_it_is_acknowledged() {
    haveClusters();
    var endpoints = VIEW.of(ENDPOINTS).all().map(r -> r.name()).toArray(String[]::new);
    say(ack(say(about(ENDPOINTS, endpoints), VIEW).getFirst()), VIEW);
    say(ack(say(about(LISTENER), VIEW).getFirst()), VIEW);
    assertThat(session.delivery().applied()).isZero();
    var routes = VIEW.of(ROUTES).all().map(r -> r.name()).toArray(String[]::new);
    say(ack(say(about(ROUTES, routes), VIEW).getFirst()), VIEW);

    assertThat(session.delivery().applied()).isEqualTo(VIEW.revision());
    assertThat(session.delivery().appliedAt()).isEqualTo(NOW);
    assertThat(progress(ROUTES).acked()).isEqualTo(VIEW.revision());
  }

  @Test
  void secrets_are_never_told_and_the_question_is_on_record() {
    var request =
        DeltaDiscoveryRequest.newBuilder()
            .setTypeUrl("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret")
            .addResourceNamesSubscribe("default");

    var response = say(request, VIEW).getFirst();

    assertThat(response.getResourcesCount()).isZero();
    assertThat(say(ack(response), VIEW)).isEmpty();
    assertThat(session.delivery().declined())
        .containsExactly(
            "secrets are not told by the control plane; ask the agent of the host (cluster"
                + " sds-agent)");
  }

  @Test
  void a_cluster_that_is_asked_for_by_address_and_is_not_there_is_not_remembered() {
    haveClusters();
    int names = session.names();

    var answer = say(about(CLUSTER, "demand:10.9.9.9:80"), VIEW).getFirst();

    assertThat(answer.getRemovedResourcesList()).containsExactly("demand:10.9.9.9:80");
    assertThat(say(ack(answer), VIEW)).isEmpty();
    assertThat(session.names()).isEqualTo(names);
    assertThat(session.demands()).isEmpty();
    assertThat(say(about(CLUSTER, "demand:10.9.9.9:80"), VIEW)).hasSize(1);
  }

  private Delivery.OfType progress(ResourceType type) {
    return Objects.requireNonNull(session.delivery().types().get(type));
  }
}
