package io.tombolo.xds.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.io.IOException;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Executors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What is no plain request: odd methods, other protocols, and two requests that look like one.
@Tag("intentions")
class ConnectionProfileTest {
  private static final Offer STRICT =
      Offer.denying(HttpProfile.STRICT, new Condition.Path(Text.prefix("/admin")));
  private static final Offer RELAXED =
      Offer.denying(HttpProfile.RELAXED, new Condition.Path(Text.prefix("/admin")));

  private static Sidecar sidecar;

  @BeforeAll
  static void envoy_runs_with_the_way_in_of_the_mesh() {
    sidecar = Sidecar.of(List.of(STRICT, STRICT.grpc(), RELAXED, RELAXED.grpc()));
  }

  @BeforeEach
  void nothing_is_left_of_other_tests() {
    var _ = sidecar.reached(STRICT);
  }

  @AfterAll
  static void envoy_ends() {
    sidecar.close();
  }

  static Stream<Offer> offers() {
    return Stream.of(STRICT, RELAXED);
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "get",
        "Get",
        "TRACE",
        "CONNECT",
        "FOO",
        "GETT",
        "G\u00e9T",
        "GET,POST",
        "JEFF",
        "QUERY",
        "PRI",
        "DEBUG",
        "",
        "X-GET",
        "post",
        "delete"
      })
  void other_methods_do_not(String method) {
    try (var caller = sidecar.caller()) {
      var _ = caller.http1(STRICT.sni(), Sent.http1(method, "/", "a.test", List.of()));
      var _ =
          caller.http2(
              STRICT.sni(),
              List.of(
                  new Field(":method", method),
                  new Field(":scheme", "https"),
                  new Field(":authority", "a.test"),
                  new Field(":path", "/")));
      assertThat(sidecar.reached(STRICT)).isEmpty();
    }
  }

  @ParameterizedTest
  @MethodSource("offers")
  void a_websocket_is_opened_where_rules_allow_it_and_nowhere_else(Offer offer) throws IOException {
    var upgrade =
        String.join(
            "\r\n",
            "connection: Upgrade",
            "upgrade: websocket",
            "sec-websocket-version: 13",
            "sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==",
            "",
            "");
    try (var caller = sidecar.caller();
        var socket = caller.connect(offer.sni(), "http/1.1")) {
      socket
          .getOutputStream()
          .write(Bytes.of("GET /public HTTP/1.1\r\nhost: a.test\r\n" + upgrade));
      assertThat(Bytes.head(socket.getInputStream())).startsWith("HTTP/1.1 101");
      socket.getOutputStream().write(Bytes.of("hello"));
      assertThat(Bytes.text(socket.getInputStream().readNBytes(5))).isEqualTo("hello");

      assertThat(
              caller.alone(offer.sni(), "GET /x/../admin HTTP/1.1\r\nhost: a.test\r\n" + upgrade))
          .startsWith("HTTP/1.1 403");
    }
    assertThat(sidecar.reached(offer)).extracting(Seen::path).containsExactly("/public");
  }

  /// Each is followed by bytes that would be a request if it were read otherwise.
  private static final List<String> FRAMINGS =
      List.of(
          "Content-Length: 4\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
          "Content-Length: 0\r\nContent-Length: 40\r\n\r\n",
          "Content-Length: 40\r\nContent-Length: 0\r\n\r\n",
          "Content-Length: 0, 40\r\n\r\n",
          "Content-Length: +0\r\n\r\n",
          "Content-Length: -1\r\n\r\n",
          "Content-Length: 0x0\r\n\r\n",
          "Content-Length: 00000000000000000000000000000\r\n\r\n",
          "Content-Length : 0\r\n\r\n",
          "Content-Length:\u000b0\r\n\r\n",
          "Content-Length: 18446744073709551616\r\n\r\n",
          "Content_Length: 40\r\n\r\n",
          "Transfer-Encoding: xchunked\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding : chunked\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked, identity\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: identity, chunked\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: identity\r\nContent-Length: 0\r\n\r\n",
          "Transfer-Encoding: chunked\r\nTransfer-Encoding: identity\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: identity\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: \"chunked\"\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked;x\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding:\tchunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: ch\u0000unked\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding:\r\n chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
          "Transfer_Encoding: chunked\r\nContent-Length: 40\r\n\r\n",
          "X: y\rTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
          "X: y\nTransfer-Encoding: chunked\r\nContent-Length: 4\r\n\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n0;x=\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n0\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n0x0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n-0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n00000000000000000000\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n1\r\nab\r\n0\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\nfffffffffffffffff\r\n\r\n",
          "Transfer-Encoding: chunked\r\n\r\n0\r\nHost: x\r\n\r\n",
          "Expect: 100-continue\r\nContent-Length: 40\r\n\r\n",
          "Upgrade: h2c\r\nConnection: Upgrade, HTTP2-Settings\r\nHTTP2-Settings: AA\r\n\r\n",
          "Connection: Content-Length\r\nContent-Length: 40\r\n\r\n",
          "Connection: Transfer-Encoding\r\nTransfer-Encoding: chunked\r\n\r\n28\r\n");

  /// Whether it is read as a body or as a request of its own: the rules hold for it.
  @Test
  void nothing_is_smuggled_past_the_rules() {
    try (var caller = sidecar.caller();
        var askers = Executors.newVirtualThreadPerTaskExecutor()) {
      for (var framing : FRAMINGS) {
        for (var version : List.of("HTTP/1.1", "HTTP/1.0")) {
          var bytes =
              "POST /public %s\r\nhost: a.test\r\n%sGET /admin HTTP/1.1\r\nhost: a.test\r\n\r\n"
                  .formatted(version, framing);
          askers.execute(() -> caller.alone(STRICT.sni(), bytes));
        }
      }
    }
    assertThat(sidecar.reached(STRICT)).extracting(Seen::path).isNotEmpty().containsOnly("/public");
  }

  @Test
  void no_other_protocol_is_tunnelled() {
    var upgrades = List.of("h2c", "HTTP/2.0", "TLS/1.0", "connect-udp", "x", "websocket, h2c");
    try (var caller = sidecar.caller()) {
      for (var to : upgrades) {
        var said =
            caller.alone(
                STRICT.sni(),
                "GET /public HTTP/1.1\r\nhost: a.test\r\nconnection: upgrade\r\nupgrade: %s\r\n\r\n"
                    .formatted(to));
        assertThat(said.toLowerCase(Locale.ROOT)).as(to).doesNotContain(" 101 ");
      }
      var connect = "CONNECT 127.0.0.1:80 HTTP/1.1\r\nhost: 127.0.0.1:80\r\n\r\n";
      assertThat(caller.alone(STRICT.sni(), connect)).doesNotStartWith("HTTP/1.1 2");
      assertThat(
              caller
                  .http2(
                      STRICT.sni(),
                      List.of(
                          new Field(":method", "CONNECT"), new Field(":authority", "127.0.0.1:80")))
                  .seen())
          .isEmpty();
    }
  }

  @Test
  void what_the_profile_refuses_is_counted() throws IOException {
    long before = sidecar.refused();
    try (var caller = sidecar.caller()) {
      assertThat(Sent.HTTP_1.ask(caller, STRICT, "/a;b").status()).isEqualTo(403);
    }
    assertThat(sidecar.refused()).isEqualTo(before + 1);
  }
}
