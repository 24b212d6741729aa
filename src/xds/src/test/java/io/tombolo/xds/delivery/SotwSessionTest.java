package io.tombolo.xds.delivery;

import static io.tombolo.xds.TwoWorlds.CART;
import static io.tombolo.xds.TwoWorlds.STOCK;
import static io.tombolo.xds.snapshot.ResourceType.CLUSTER;
import static io.tombolo.xds.snapshot.ResourceType.ENDPOINTS;
import static io.tombolo.xds.snapshot.ResourceType.LISTENER;
import static org.assertj.core.api.Assertions.assertThat;

import com.google.rpc.Status;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.xds.TwoWorlds;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Snapshots;
import io.tombolo.xds.snapshot.View;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import org.junit.jupiter.api.Test;

class SotwSessionTest {
  private static final Instant NOW = Instant.parse("2026-01-02T03:04:05Z");
  private static final String BILLING_SNI = "billing.default.dc1.internal.shop.example";
  private static final View VIEW = view();

  private final SotwSession session = new SotwSession();

  private static View view(Fact... more) {
    return new Snapshots()
        .next(TwoWorlds.mesh(List.of(more)))
        .viewFor(TwoWorlds.sidecar(CART, "10.1.0.7"));
  }

  private static View withoutBilling() {
    return view(
        new Fact.Registered(new EndpointSet(TwoWorlds.BILLING.id(), "", List.of(), List.of())));
  }

  private List<DiscoveryResponse> say(DiscoveryRequest.Builder request, View view) {
    session.receive(request.build(), NOW);
    return news(session, view);
  }

  private static List<DiscoveryResponse> news(SotwSession told, View view) {
    return told.news(view, NOW).stream()
        .map(response -> Wire.parsed(response, DiscoveryResponse.parser()))
        .toList();
  }

  private static DiscoveryRequest.Builder about(ResourceType type, String... names) {
    return DiscoveryRequest.newBuilder()
        .setTypeUrl(type.typeUrl())
        .addAllResourceNames(List.of(names));
  }

  @Test
  void all_clusters_are_told_and_of_endpoints_those_that_were_asked_for() {
    assertThat(say(about(CLUSTER), VIEW).getFirst().getResourcesCount())
        .isEqualTo(VIEW.of(CLUSTER).size());
    assertThat(say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst().getResourcesCount())
        .isEqualTo(1);
  }

  @Test
  void the_same_content_has_the_same_version_on_every_stream() {
    var one = say(about(CLUSTER), VIEW).getFirst();
    var other = new SotwSession();
    other.receive(about(CLUSTER).build(), NOW);

    assertThat(news(other, view()).getFirst().getVersionInfo()).isEqualTo(one.getVersionInfo());
  }

  @Test
  void an_acknowledged_response_is_not_repeated_and_a_change_is_told() {
    var first = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst();

    assertThat(say(about(ENDPOINTS, BILLING_SNI).setResponseNonce(first.getNonce()), VIEW))
        .isEmpty();
    assertThat(session.news(withoutBilling(), NOW)).hasSize(1);
  }

  @Test
  void asking_once_more_after_the_acknowledgement_is_answered() {
    var first = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst();
    say(about(ENDPOINTS, BILLING_SNI).setResponseNonce(first.getNonce()), VIEW);

    assertThat(say(about(ENDPOINTS, BILLING_SNI).setResponseNonce(first.getNonce()), VIEW))
        .hasSize(1);
  }

  @Test
  void a_stale_nonce_is_ignored() {
    say(about(ENDPOINTS, BILLING_SNI), VIEW);

    assertThat(say(about(ENDPOINTS, BILLING_SNI).setResponseNonce("0"), VIEW)).isEmpty();
    assertThat(session.news(withoutBilling(), NOW)).isEmpty();
  }

  @Test
  void what_is_refused_is_not_sent_again_until_it_changes() {
    var first = say(about(ENDPOINTS, BILLING_SNI), VIEW).getFirst();
    var refusal =
        about(ENDPOINTS, BILLING_SNI)
            .setResponseNonce(first.getNonce())
            .setErrorDetail(Status.newBuilder().setMessage("no"));

    assertThat(say(refusal, VIEW)).isEmpty();
    assertThat(Objects.requireNonNull(session.delivery().types().get(ENDPOINTS)).refused())
        .containsExactly(new Delivery.Refusal(List.of(BILLING_SNI), "no", NOW));
    assertThat(session.news(VIEW, NOW)).isEmpty();
    assertThat(session.news(withoutBilling(), NOW)).hasSize(1);
  }

  @Test
  void listeners_wait_until_the_clusters_are_acknowledged() {
    var clusters = say(about(CLUSTER), VIEW).getFirst();

    assertThat(say(about(LISTENER), VIEW)).isEmpty();
    assertThat(say(about(CLUSTER).setResponseNonce(clusters.getNonce()), VIEW))
        .extracting(DiscoveryResponse::getTypeUrl)
        .containsExactly(LISTENER.typeUrl());
  }

  @Test
  void endpoints_do_not_wait_for_clusters_that_changed_again_meanwhile() {
    say(about(CLUSTER), VIEW);

    assertThat(say(about(ENDPOINTS, BILLING_SNI), view(new Fact.Gone(Service.key(STOCK.id())))))
        .extracting(DiscoveryResponse::getTypeUrl)
        .containsExactly(ENDPOINTS.typeUrl());
  }

  @Test
  void the_cluster_of_an_application_outlasts_its_listener() {
    var clusters = say(about(CLUSTER), VIEW).getFirst();
    say(about(CLUSTER).setResponseNonce(clusters.getNonce()), VIEW);
    var listeners = say(about(LISTENER), VIEW).getFirst();
    say(about(LISTENER).setResponseNonce(listeners.getNonce()), VIEW);

    var unserved = view(new Fact.Gone(EndpointSet.key(CART.id(), "")));
    var told = new ArrayList<DiscoveryResponse>();
    var responses = news(session, unserved);
    while (!responses.isEmpty()) {
      var response = responses.getFirst();
      told.add(response);
      responses =
          say(
              DiscoveryRequest.newBuilder()
                  .setTypeUrl(response.getTypeUrl())
                  .setResponseNonce(response.getNonce()),
              unserved);
    }

    assertThat(told).extracting(DiscoveryResponse::getTypeUrl).contains(LISTENER.typeUrl());
    assertThat(told)
        .filteredOn(response -> response.getTypeUrl().equals(CLUSTER.typeUrl()))
        .isNotEmpty()
        .allMatch(response -> response.toString().contains("inbound:10.1.0.7:8080"));
    assertThat(session.lacking(unserved.revision()))
        .noneMatch(lack -> lack.what().type() == CLUSTER);
  }

  @Test
  void secrets_are_never_told() {
    var request =
        DiscoveryRequest.newBuilder()
            .setTypeUrl("type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret")
            .addResourceNames("default");

    assertThat(say(request, VIEW).getFirst().getResourcesCount()).isZero();
    assertThat(session.delivery().declined()).hasSize(1);
  }
}
