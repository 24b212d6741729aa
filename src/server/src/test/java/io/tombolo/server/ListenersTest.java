package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.grpc.CallOptions;
import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServiceDescriptor;
import io.grpc.Status;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.receipts.v1.GetReceiptRequest;
import io.tombolo.api.receipts.v1.ReceiptsGrpc;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.identity.Pem;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/// The port for proxies and agents, as OpenSSL and strangers see it.
@Tag("identity")
class ListenersTest {
  private static final String NEW = "New, TLSv1.3";

  private final Path directory;
  private final Path state;
  private final ControlPlane controlPlane;
  private final Hosts hosts;

  ListenersTest(@TempDir Path directory) throws IOException {
    this.directory = directory;
    state = directory.resolve("state");
    controlPlane = Configured.controlPlane(state, Map.of());
    hosts = Hosts.of(state, controlPlane);
  }

  @BeforeEach
  void start() {
    controlPlane.start();
  }

  @AfterEach
  void close() {
    hosts.close();
    controlPlane.close();
  }

  /// What `openssl s_client` prints about a connection on which it says nothing sensible in HTTP/2,
  /// whereupon the server ends it.
  static String connect(int port, String... options) throws Exception {
    var command =
        new ArrayList<>(
            List.of("openssl", "s_client", "-connect", "127.0.0.1:" + port, "-ign_eof"));
    command.addAll(List.of(options));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    try (var input = process.outputWriter(StandardCharsets.US_ASCII)) {
      input.write("GET / HTTP/1.0\r\n\r\n");
    } catch (IOException refused) {
      // The handshake failed, and it has ended already: what it printed tells.
    }
    try (InputStream printed = process.getInputStream()) {
      var text = new String(printed.readAllBytes(), StandardCharsets.ISO_8859_1);
      assertThat(process.waitFor(20, TimeUnit.SECONDS)).as("openssl ends").isTrue();
      return text;
    }
  }

  private String port(String... options) throws Exception {
    return connect(controlPlane.port().port(), options);
  }

  @Test
  void tls_1_3_is_spoken_with_http_2_and_a_key_of_the_control_plane() throws Exception {
    assertThat(port("-tls1_3", "-alpn", "h2", "-CAfile", state.resolve("bundle.pem").toString()))
        .contains(NEW, "ALPN protocol: h2", "Verify return code: 0 (ok)");
  }

  static List<String> older() {
    return List.of("-tls1_2", "-tls1_1", "-tls1");
  }

  @ParameterizedTest
  @MethodSource("older")
  void no_older_tls_is_spoken(String version) throws Exception {
    assertThat(port(version, "-cipher", "ALL:@SECLEVEL=0"))
        .contains("alert protocol version")
        .doesNotContain("ALPN protocol: h2");
  }

  static List<String> weak() {
    return List.of("TLS_AES_128_CCM_SHA256", "TLS_AES_128_CCM_8_SHA256");
  }

  @ParameterizedTest
  @MethodSource("weak")
  void no_cipher_suite_is_spoken_that_http_2_does_not_need(String suite) throws Exception {
    assertThat(port("-tls1_3", "-ciphersuites", suite)).contains("alert handshake failure");
  }

  /// That a ticket would be seen is seen at a server that gives some.
  @Test
  void no_session_ticket_is_given_and_none_is_taken() throws Exception {
    var others = directory.resolve("others.session");
    try (var other = OpensslServer.start(directory)) {
      var seen = connect(other.port(), "-sess_out", others.toString());
      assertThat(seen).contains(NEW);
      assertThat(others).isNotEmptyFile();
      assertThat(connect(other.port(), "-sess_in", others.toString())).contains("Reused, TLSv1.3");
    }

    var ours = directory.resolve("ours.session");
    assertThat(port("-tls1_3", "-sess_out", ours.toString())).contains(NEW);
    assertThat(ours).doesNotExist();
    assertThat(port("-tls1_3", "-sess_in", others.toString()))
        .contains(NEW)
        .doesNotContain("Reused");
  }

  @Test
  void no_session_of_a_host_with_a_certificate_is_resumed() throws Exception {
    var host = join();
    var files = written(host);
    var session = directory.resolve("host.session").toString();
    var out = new ArrayList<>(files);
    out.addAll(List.of("-tls1_3", "-sess_out", session));

    assertThat(port(out.toArray(String[]::new))).contains(NEW);
    assertThat(Path.of(session)).doesNotExist();
  }

  static List<MethodDescriptor<?, ?>> methods() {
    return Stream.of(
            IdentityGrpc.getServiceDescriptor(),
            AggregatedDiscoveryServiceGrpc.getServiceDescriptor(),
            ReceiptsGrpc.getServiceDescriptor())
        .map(ServiceDescriptor::getMethods)
        .<MethodDescriptor<?, ?>>flatMap(all -> all.stream())
        .toList();
  }

  private static final MethodDescriptor.Marshaller<byte[]> BYTES =
      new MethodDescriptor.Marshaller<>() {
        @Override
        public InputStream stream(byte[] value) {
          return new ByteArrayInputStream(value);
        }

        @Override
        public byte[] parse(InputStream stream) {
          try {
            return stream.readAllBytes();
          } catch (IOException e) {
            throw new UncheckedIOException(e);
          }
        }
      };

  private static Status.Code answered(ManagedChannel channel, String method, byte[] request) {
    var call =
        MethodDescriptor.newBuilder(BYTES, BYTES)
            .setType(MethodDescriptor.MethodType.UNARY)
            .setFullMethodName(method)
            .build();
    try {
      var _ =
          ClientCalls.blockingUnaryCall(
              channel, call, CallOptions.DEFAULT.withDeadlineAfter(20, TimeUnit.SECONDS), request);
      return Status.Code.OK;
    } catch (RuntimeException refused) {
      return Status.fromThrowable(refused).getCode();
    }
  }

  @Test
  void without_a_certificate_every_method_but_attest_is_refused() throws Exception {
    var stranger = hosts.channel();
    assertThat(methods()).hasSizeGreaterThan(6);
    for (var method : methods()) {
      var name = method.getFullMethodName();
      assertThat(answered(stranger, name, new byte[0]))
          .as(name)
          .isEqualTo(Status.Code.UNAUTHENTICATED);
    }
    assertThatThrownBy(() ->
            Hosts.identity(stranger)
                .attest(Hosts.joining(Hosts.csr(Hosts.keys()), "tombolo-join-1.")))
        .hasMessageContaining("not a join token");
  }

  @Test
  void on_loopback_too_operators_need_the_admin_token_and_proxies_a_certificate() throws Exception {
    var operators = ReceiptsGrpc.getServiceDescriptor().getMethods().iterator().next();
    var name = operators.getFullMethodName();
    assertThat(answered(hosts.channel(), name, new byte[0])).isEqualTo(Status.Code.UNAUTHENTICATED);
    assertThat(answered(hosts.channel(join()), name, new byte[0]))
        .as("a host's certificate is no admin token")
        .isEqualTo(Status.Code.UNAUTHENTICATED);
    var wrong = new Metadata();
    wrong.put(Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER), "Bearer x");
    assertThatThrownBy(
            () -> {
              var _ =
                  ReceiptsGrpc.newBlockingStub(hosts.channel())
                      .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(wrong))
                      .getReceipt(GetReceiptRequest.getDefaultInstance());
            })
        .hasMessageContaining("UNAUTHENTICATED");
  }

  @Test
  void bytes_that_are_no_request_end_the_call_and_leave_no_stack_trace_in_the_log()
      throws Exception {
    try (var log = Log.heard()) {
      var stranger = hosts.channel();
      for (var hostile : List.of("\u00ff\u00ff\u00ff\u00ff", "\n\u00ff\u00ff\u00ff\u00ff\u000f")) {
        var code =
            answered(
                stranger,
                IdentityGrpc.getAttestMethod().getFullMethodName(),
                hostile.getBytes(StandardCharsets.ISO_8859_1));
        assertThat(code).isEqualTo(Status.Code.INVALID_ARGUMENT);
      }
      assertThat(log.failures()).isEmpty();
    }
  }

  private Hosts.Host join() throws Exception {
    var cart = SpiffeId.consulService(new TrustDomain("tombolo.local"), "default", "dc1", "cart");
    var token =
        controlPlane
            .admin()
            .joinTokens()
            .issue(new Grant(cart, "*", "*"), JoinTokens.LONGEST, Instant.now());
    return hosts.join(token.text(), Hosts.keys());
  }

  /// The options of OpenSSL that name the files of a host's certificate and key.
  private List<String> written(Hosts.Host host) throws Exception {
    var chain = directory.resolve("chain.pem");
    var key = directory.resolve("key.pem");
    Files.writeString(chain, Pem.of(host.chain()));
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'});
    Files.writeString(
        key,
        "-----BEGIN PRIVATE KEY-----\n%s\n-----END PRIVATE KEY-----\n"
            .formatted(lines.encodeToString(host.keys().getPrivate().getEncoded())));
    return List.of("-cert", chain.toString(), "-cert_chain", chain.toString(), "-key", "" + key);
  }
}
