package io.tombolo.testbed;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.tombolo.testbed.EchoServer.Listen;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Test;

final class EchoServerTest {
  private final Place here = new Loopback();

  private EchoServer anEchoServer() throws IOException {
    return EchoServer.start("web", here, new Listen("127.0.0.1", 0, 0, 0));
  }

  @Test
  void it_answers_over_http_grpc_and_tcp() throws IOException {
    try (var server = anEchoServer();
        var http = Caller.http(here, "127.0.0.1", server.httpPort());
        var grpc = Caller.grpc(here, "127.0.0.1", server.grpcPort());
        var tcp = Caller.tcp(here, "127.0.0.1", server.tcpPort())) {
      assertThat(http.call("hello"))
          .isEqualTo(
              "{\"server\": \"web\", \"protocol\": \"http\", \"said\": \"hello\", \"xfcc\": \"\"}");
      assertThat(grpc.call("hello")).contains("\"grpc\"", "\"hello\"");
      assertThat(tcp.call("hello")).isEqualTo("web hello");
      assertThat(http.call("again")).contains("again");
      assertThat(http.connections()).isEqualTo(1);
    }
  }

  @Test
  void it_says_what_its_proxy_said_of_the_caller() throws IOException {
    try (var server = anEchoServer()) {
      var call =
          HttpCall.get("http://127.0.0.1:" + server.httpPort() + "/")
              .with("x-forwarded-client-cert", "URI=spiffe://td/ns/a/sa/b");
      assertThat(here.http(call).body()).contains("\"xfcc\": \"URI=spiffe://td/ns/a/sa/b\"");
    }
  }

  @Test
  void traffic_counts_every_call_that_failed() throws Exception {
    var server = anEchoServer();
    var traffic = Traffic.start(Caller.http(here, "127.0.0.1", server.httpPort()), 200);
    traffic.awaitMore(20);
    server.close();
    traffic.awaitMore(20);
    var tally = traffic.stop();
    assertThat(tally.ok()).isGreaterThanOrEqualTo(19);
    assertThat(tally.failed()).isGreaterThanOrEqualTo(19);
    assertThat(tally.failures()).hasSize(10).allMatch(failure -> failure.contains("Exception"));
    assertThat(tally.connections()).isEqualTo(1);
  }

  @Test
  void it_runs_as_a_process_in_a_host_and_is_called_from_another() throws Exception {
    try (var topology = Topology.open()) {
      var web = topology.host("web", Network.PODS);
      var client = topology.host("client", Network.PODS);
      var address = web.address(Network.PODS);
      try (var daemon =
              EchoServer.process("web", web, new Listen(address, 8080, 8081, 8082)).start();
          var http = Caller.freshHttp(client, address, 8080);
          var grpc = Caller.grpc(client, address, 8081);
          var tcp = Caller.tcp(client, address, 8082)) {
        daemon.awaitReady(Duration.ofSeconds(30), () -> daemon.log().contains("listens at"));
        assertThat(http.call("hello")).contains("\"server\": \"web\"");
        assertThat(grpc.call("hello")).contains("\"server\": \"web\"");
        assertThat(tcp.call("hello")).isEqualTo("web hello");
        daemon.suspend();
        assertThatThrownBy(() -> tcp.call("anyone?")).isInstanceOf(IOException.class);
        daemon.resume();
        assertThat(tcp.call("and now?")).isEqualTo("web and now?");
        daemon.kill();
        assertThatThrownBy(() -> grpc.call("gone")).isInstanceOf(IOException.class);
      }
    }
  }

  @Test
  void it_runs_in_this_jvm_with_its_sockets_in_a_host() throws Exception {
    try (var topology = Topology.open()) {
      var db = topology.host("db", Network.VMS);
      var client = topology.host("client", Network.VMS);
      var address = db.address(Network.VMS);
      try (var _ = EchoServer.start("db", db, new Listen(address, 8080, 8081, 8082));
          var http = Caller.http(client, address, 8080);
          var grpc = Caller.grpc(client, address, 8081)) {
        assertThat(http.call("hello")).contains("\"server\": \"db\"");
        assertThat(grpc.call("hello")).contains("\"server\": \"db\"");
      }
    }
  }
}
