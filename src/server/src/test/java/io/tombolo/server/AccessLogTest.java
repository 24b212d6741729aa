package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.google.protobuf.ByteString;
import com.google.protobuf.UnknownFieldSet;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.data.accesslog.v3.AccessLogCommon;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPAccessLogEntry;
import io.envoyproxy.envoy.data.accesslog.v3.HTTPRequestProperties;
import io.envoyproxy.envoy.data.accesslog.v3.TLSProperties.CertificateProperties.SubjectAltName;
import io.envoyproxy.envoy.service.accesslog.v3.AccessLogServiceGrpc;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsMessage;
import io.envoyproxy.envoy.service.accesslog.v3.StreamAccessLogsResponse;
import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.traffic.Seen;
import io.tombolo.server.flows.Intake;
import io.tombolo.server.flows.Refusal;
import io.tombolo.testbed.Await;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Access logs at the real port, also from those who report what they may not.
@Tag("intentions")
class AccessLogTest {
  private static final TrustDomain DOMAIN = new TrustDomain("tombolo.local");
  private static final String CART = identity("cart").toString();
  private static final String BILLING_LOG = "REQUESTS|consul/dc1/default/billing:8080|x-role";
  private static final Duration PATIENCE = Duration.ofSeconds(20);

  private final ControlPlane controlPlane;
  private final Hosts hosts;

  AccessLogTest(@TempDir Path directory) throws IOException {
    for (var service : List.of("billing", "cart")) {
      write(
          directory,
          service,
          """
          [{"service": {"name": "%s", "id": "%s-1", "address": "10.0.0.1", "port": 8080}},
           {"Kind": "service-defaults", "Name": "%s", "Protocol": "http"}]
          """
              .formatted(service, service, service));
    }
    var state = directory.resolve("state");
    controlPlane =
        Configured.controlPlane(
            state,
            Map.of(
                "tombolo.directory",
                directory.resolve("worlds").toString(),
                "tombolo.flows.enabled",
                "true"));
    hosts = Hosts.of(state, controlPlane);
  }

  private static void write(Path directory, String name, String text) throws IOException {
    var folder = Files.createDirectories(directory.resolve("worlds/consul/dc1"));
    Files.writeString(folder.resolve(name + ".json"), text);
  }

  @BeforeEach
  void start() {
    controlPlane.start();
    Await.until(
        "both services are in the catalog",
        PATIENCE,
        () -> controlPlane.admin().loop().model().mesh().servedBy().size() == 2);
  }

  @AfterEach
  void close() {
    hosts.close();
    controlPlane.close();
  }

  private static SpiffeId identity(String service) {
    return SpiffeId.consulService(DOMAIN, "default", "dc1", service);
  }

  private static String node(String service) {
    return "consul/dc1/default/" + service + "-1";
  }

  private Hosts.Host joined(String service, String node) throws Exception {
    var token =
        controlPlane
            .admin()
            .joinTokens()
            .issue(new Grant(identity(service), node, "*"), JoinTokens.LONGEST, Instant.now());
    return hosts.join(token.text(), Hosts.keys());
  }

  /// A stream, and how it ended.
  private record Reporting(
      StreamObserver<StreamAccessLogsMessage> requests, CompletableFuture<Status> ended) {
    Status end() throws Exception {
      return ended.get(PATIENCE.toSeconds(), TimeUnit.SECONDS);
    }
  }

  private Reporting reporting(Hosts.Host... host) throws Exception {
    var ended = new CompletableFuture<Status>();
    var requests =
        AccessLogServiceGrpc.newStub(hosts.channel(host))
            .streamAccessLogs(
                new StreamObserver<>() {
                  @Override
                  public void onNext(StreamAccessLogsResponse response) {}

                  @Override
                  public void onError(Throwable cause) {
                    ended.complete(Status.fromThrowable(cause));
                  }

                  @Override
                  public void onCompleted() {
                    ended.complete(Status.OK);
                  }
                });
    return new Reporting(requests, ended);
  }

  private static StreamAccessLogsMessage.Builder message(
      String node, String log, HTTPAccessLogEntry... entries) {
    var message = StreamAccessLogsMessage.newBuilder();
    message.getIdentifierBuilder().setLogName(log).setNode(Node.newBuilder().setId(node));
    message.getHttpLogsBuilder().addAllLogEntry(List.of(entries));
    return message;
  }

  private static HTTPAccessLogEntry entry(String caller, String path) {
    var common = AccessLogCommon.newBuilder().setUpstreamRequestAttemptCount(1);
    common
        .getTlsPropertiesBuilder()
        .getPeerCertificatePropertiesBuilder()
        .addSubjectAltName(SubjectAltName.newBuilder().setUri(caller));
    return HTTPAccessLogEntry.newBuilder()
        .setCommonProperties(common)
        .setRequest(
            HTTPRequestProperties.newBuilder().setPath(path).putRequestHeaders(":method", "GET"))
        .build();
  }

  private Intake.Contents contents() {
    return controlPlane.admin().flows().orElseThrow().contents();
  }

  private void assertRefused(Status.Code code, Refusal why, Status ended) {
    assertThat(ended.getCode()).as(ended.toString()).isEqualTo(code);
    assertThat(contents().refused()).containsKey(why);
    assertThat(contents().store().flows()).isEmpty();
  }

  @Test
  void a_proxy_reports_calls_to_what_its_workload_serves() throws Exception {
    var stream = reporting(joined("billing", node("billing")));
    stream
        .requests()
        .onNext(
            message(node("billing"), BILLING_LOG, entry(CART, "/a?b"), entry(CART, "/a?c"))
                .build());
    stream.requests().onNext(message("", "", entry(CART, "/a")).clearIdentifier().build());

    Await.until("both are read", PATIENCE, () -> calls() == 3);
    assertThat(contents().store().flows())
        .extracting(seen -> seen.flow().request().caller().toString())
        .containsExactly(CART);
    stream.requests().onCompleted();
    assertThat(stream.end().getCode()).isEqualTo(Status.Code.OK);
  }

  private long calls() {
    return contents().store().flows().stream().mapToLong(Seen::calls).sum();
  }

  @Test
  void without_a_certificate_nobody_reports() throws Exception {
    var stream = reporting();
    stream.requests().onNext(message(node("billing"), BILLING_LOG, entry(CART, "/")).build());

    assertThat(stream.end().getCode()).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(contents().store().flows()).isEmpty();
  }

  @Test
  void calls_to_a_service_of_others_are_refused() throws Exception {
    var cart = joined("cart", node("cart"));
    for (var claimed : List.of(node("cart"), node("billing"), "")) {
      var stream = reporting(cart);
      stream.requests().onNext(message(claimed, BILLING_LOG, entry(CART, "/")).build());

      assertRefused(Status.Code.PERMISSION_DENIED, Refusal.NOT_SERVED, stream.end());
    }
  }

  /// A certificate that is not for one node names its node itself, but only one of its identity.
  @Test
  void the_node_of_another_identity_cannot_be_claimed() throws Exception {
    var stream = reporting(joined("cart", "*"));
    stream.requests().onNext(message(node("billing"), BILLING_LOG, entry(CART, "/")).build());

    assertRefused(Status.Code.PERMISSION_DENIED, Refusal.NOT_SERVED, stream.end());
  }

  @Test
  void callers_that_are_made_up_are_not_kept() throws Exception {
    var stream = reporting(joined("billing", node("billing")));
    stream
        .requests()
        .onNext(
            message(
                    node("billing"),
                    BILLING_LOG,
                    entry(identity("nobody").toString(), "/"),
                    entry("spiffe://partner.example/ns/shop/sa/cart", "/"),
                    entry("not a name", "/"),
                    entry(CART, "/last"))
                .build());

    Await.until("the last is read", PATIENCE, () -> calls() == 1);
    assertThat(contents().refused())
        .containsEntry(Refusal.UNKNOWN_CALLER, 2L)
        .containsEntry(Refusal.UNREADABLE, 1L);
  }

  @Test
  void a_message_that_is_too_large_ends_the_stream() throws Exception {
    var stream = reporting(joined("billing", node("billing")));
    stream
        .requests()
        .onNext(
            message(node("billing"), BILLING_LOG, entry(CART, "/" + "a".repeat(300_000))).build());

    assertRefused(Status.Code.RESOURCE_EXHAUSTED, Refusal.TOO_LARGE, stream.end());
  }

  @Test
  void what_is_no_text_or_no_log_of_ours_ends_the_stream() throws Exception {
    var billing = joined("billing", node("billing"));
    var badText = ByteString.copyFrom(new byte[] {'/', (byte) 0xc3, (byte) 0x28});
    var bytes = UnknownFieldSet.Field.newBuilder().addLengthDelimited(badText).build();
    var invalid =
        HTTPAccessLogEntry.newBuilder()
            .setRequest(
                HTTPRequestProperties.newBuilder()
                    .setUnknownFields(
                        UnknownFieldSet.newBuilder()
                            .addField(HTTPRequestProperties.PATH_FIELD_NUMBER, bytes)
                            .build()))
            .build();
    var unreadable = reporting(billing);
    unreadable.requests().onNext(message(node("billing"), BILLING_LOG, invalid).build());
    var unnamed = reporting(billing);
    unnamed.requests().onNext(message(node("billing"), "access.log", entry(CART, "/")).build());

    assertThat(unreadable.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(unnamed.end().getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
    assertThat(contents().store().flows()).isEmpty();
  }

  @Test
  void a_header_that_may_carry_a_secret_cannot_be_asked_for(@TempDir Path other) {
    assertThatThrownBy(() ->
            Configured.controlPlane(
                other, Map.of("tombolo.flows.headers", "x-tenant,Authorization")))
        .hasMessageContainingAll("tombolo.flows.headers", "authorization", "never reported");
  }

  @Test
  void who_is_banned_reports_nothing_more() throws Exception {
    var stream = reporting(joined("billing", node("billing")));
    controlPlane.admin().registrar().ban(identity("billing").toString(), "stolen", Instant.now());
    stream.requests().onNext(message(node("billing"), BILLING_LOG, entry(CART, "/")).build());

    assertRefused(Status.Code.PERMISSION_DENIED, Refusal.BANNED, stream.end());
  }
}
