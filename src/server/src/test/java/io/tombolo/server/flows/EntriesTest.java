package io.tombolo.server.flows;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.UInt32Value;
import io.envoyproxy.envoy.config.core.v3.RequestMethod;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.ConnectionProperties;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TCPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.TLSProperties.CertificateProperties.SubjectAltName;
import io.tombolo.mesh.catalog.Examples;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.traffic.Flow;
import io.tombolo.xds.translate.Reports;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("intentions")
class EntriesTest {
  private static final SpiffeId WEB = SpiffeId.parse("spiffe://shop.example/ns/shop/sa/web");
  private static final SpiffeId SERVER =
      SpiffeId.parse("spiffe://shop.example/ns/default/dc/dc1/svc/billing");
  private static final String DENIED = "rbac_access_denied_matched_policy[none]";
  private static final Admission.Outcome.Admitted BILLING =
      new Admission.Outcome.Admitted(
          Examples.aConsulService("billing").id(), SERVER, new Port("", 8080, Protocol.HTTP));
  private static final Admission.Outcome.Admitted DB =
      new Admission.Outcome.Admitted(
          Examples.aConsulService("db").id(), SERVER, new Port("", 5432, Protocol.TCP));

  private final List<Refusal> refused = new ArrayList<>();
  private final List<Flow> flows = new ArrayList<>();

  private Entries entries(Admission.Outcome.Admitted to, Reports.Kind kind, String... headers) {
    var name = new Reports.Name(kind, "billing:8080", List.of(headers));
    return new Entries(to, name, WEB::equals, refused::add);
  }

  private void requests(HTTPAccessLogEntry.Builder entry, String... headers) {
    entries(BILLING, Reports.Kind.REQUESTS, headers).requests(List.of(entry.build()), flows::add);
  }

  private static AccessLogCommon.Builder from(String... uris) {
    var common = AccessLogCommon.newBuilder().setUpstreamRequestAttemptCount(1);
    for (var uri : uris) {
      common
          .getTlsPropertiesBuilder()
          .getPeerCertificatePropertiesBuilder()
          .addSubjectAltName(SubjectAltName.newBuilder().setUri(uri));
    }
    return common;
  }

  private static HTTPAccessLogEntry.Builder get(String path) {
    var entry = HTTPAccessLogEntry.newBuilder().setCommonProperties(from(WEB.toString()));
    entry
        .getRequestBuilder()
        .setRequestMethod(RequestMethod.GET)
        .setPath(path)
        .putRequestHeaders(":method", "GET");
    return entry;
  }

  private Request.Http kept() {
    assertThat(refused).isEmpty();
    assertThat(flows).hasSize(1);
    return Objects.requireNonNull(flows.getFirst().request().http());
  }

  @Test
  void the_query_is_not_kept_nor_a_header_that_nobody_asked_for_or_that_may_be_a_secret() {
    var entry = get("/pay?card=4111#x");
    entry
        .getRequestBuilder()
        .setUserAgent("curl")
        .setReferer("https://shop.example/?secret")
        .putRequestHeaders("x-role", "clerk")
        .putRequestHeaders("x-other", "unasked")
        .putRequestHeaders("authorization", "Bearer secret")
        .putRequestHeaders("x-api-key", "secret");

    requests(entry, "x-role", "x-tenant", "authorization", "x-api-key");

    assertThat(kept()).isEqualTo(new Request.Http("GET", "/pay", Map.of("x-role", "clerk")));
    assertThat(flows.getFirst().recorded()).isEqualTo(Set.of("x-role", "x-tenant"));
    assertThat(flows.getFirst().request().caller()).isEqualTo(WEB);
    assertThat(flows.getFirst().allowed()).isTrue();
  }

  @Test
  void what_rules_refused_is_told_from_what_was_let_in() {
    var denied = get("/");
    denied.getCommonPropertiesBuilder().setUpstreamRequestAttemptCount(0);
    denied.getResponseBuilder().setResponseCodeDetails(DENIED);
    requests(denied);
    var failed = get("/");
    failed.getResponseBuilder().setResponseCode(UInt32Value.of(503));
    requests(failed);

    assertThat(flows).extracting(Flow::allowed).containsExactly(false, true);
  }

  @Test
  void what_ended_before_any_rule_was_asked_is_not_kept() {
    var malformed = get("/");
    malformed.getCommonPropertiesBuilder().setUpstreamRequestAttemptCount(0);
    malformed.getResponseBuilder().setResponseCodeDetails("path_normalization_failed");
    requests(malformed);

    assertThat(refused).containsExactly(Refusal.UNJUDGED);
    assertThat(flows).isEmpty();
  }

  @Test
  void a_caller_without_one_known_name_is_none() {
    requests(get("/").setCommonProperties(from()));
    requests(get("/").setCommonProperties(from(WEB.toString(), "spiffe://shop.example/other")));
    requests(get("/").setCommonProperties(from("https://shop.example/ns/shop/sa/web")));
    requests(get("/").setCommonProperties(from("spiffe://shop.example/ns/shop/sa/../web")));
    requests(get("/").setCommonProperties(from("spiffe://shop.example/ns/shop/sa/made-up")));

    assertThat(refused)
        .containsExactly(
            Refusal.UNREADABLE,
            Refusal.UNREADABLE,
            Refusal.UNREADABLE,
            Refusal.UNREADABLE,
            Refusal.UNKNOWN_CALLER);
    assertThat(flows).isEmpty();
  }

  @Test
  void what_no_request_can_be_is_not_kept() {
    requests(get("/\u0000"));
    requests(get("/\u001b[31m"));
    var methodless = get("/");
    methodless.getRequestBuilder().clearRequestHeaders();
    requests(methodless);
    assertThat(refused).hasSize(3).containsOnly(Refusal.UNREADABLE);
    assertThat(flows).isEmpty();
  }

  @Test
  void what_is_long_is_not_kept() {
    requests(get("/" + "a".repeat(1000)));
    requests(get("/"), "x-" + "a".repeat(1000));
    var huge = get("/");
    huge.getRequestBuilder().putRequestHeaders("x-role", "a".repeat(1000));
    requests(huge, "x-role");

    assertThat(refused).hasSize(3).containsOnly(Refusal.TOO_LONG);
    assertThat(flows).isEmpty();
  }

  @Test
  void connections_are_of_ports_whose_bytes_are_not_understood() {
    var connection = List.of(connection(7));
    entries(DB, Reports.Kind.LET_IN).connections(connection, flows::add);
    entries(DB, Reports.Kind.REFUSED).connections(connection, flows::add);
    entries(BILLING, Reports.Kind.LET_IN).connections(connection, flows::add);
    entries(DB, Reports.Kind.REQUESTS).requests(List.of(get("/").build()), flows::add);
    assertThat(refused).containsExactly(Refusal.UNREADABLE, Refusal.UNREADABLE);

    assertThat(flows).extracting(Flow::allowed).containsExactly(true, false);
    assertThat(flows).allMatch(flow -> flow.request().http() == null);
  }

  /// Who only connects, and says nothing, was let in by no rule: it must not be learned.
  @Test
  void a_connection_without_a_byte_was_not_judged() {
    entries(DB, Reports.Kind.LET_IN).connections(List.of(connection(0)), flows::add);
    assertThat(flows).isEmpty();
    assertThat(refused).containsExactly(Refusal.UNJUDGED);

    entries(DB, Reports.Kind.REFUSED).connections(List.of(connection(0)), flows::add);
    assertThat(flows).extracting(Flow::allowed).containsExactly(false);
  }

  private static TCPAccessLogEntry connection(long received) {
    return TCPAccessLogEntry.newBuilder()
        .setCommonProperties(from(WEB.toString()))
        .setConnectionProperties(ConnectionProperties.newBuilder().setReceivedBytes(received))
        .build();
  }
}
