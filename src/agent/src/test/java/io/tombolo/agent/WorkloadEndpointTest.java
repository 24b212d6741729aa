package io.tombolo.agent;

import static org.assertj.core.api.Assertions.assertThat;

import io.grpc.MethodDescriptor;
import io.grpc.Status;
import io.tombolo.api.workload.SpiffeWorkloadAPIGrpc;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermission;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/// What the SPIFFE Workload Endpoint specification demands.
@Tag("identity")
@Timeout(60)
class WorkloadEndpointTest {
  @TempDir Path dir;
  private TestHost host;
  private TestControlPlane controlPlane;
  private Agent agent;

  @BeforeEach
  void an_agent_has_joined() throws Exception {
    var authority = TestAuthority.create("root");
    host = TestHost.ready(dir, authority);
    controlPlane = TestControlPlane.start(authority, Duration.ofHours(1));
    agent = host.joined(controlPlane);
  }

  @AfterEach
  void it_ends() {
    agent.close();
    controlPlane.close();
  }

  /// Sections 3, 3.1 and 5.
  @Test
  void it_is_grpc_on_a_unix_socket_and_requires_neither_tls_nor_credentials() throws Exception {
    try (var client = WorkloadClient.open(host.socket())) {
      assertThat(client.svids().next().getSvids(0).getSpiffeId())
          .isEqualTo(TestControlPlane.WORKLOAD);
    }
    assertThat(Files.getPosixFilePermissions(host.socket()))
        .containsExactlyInAnyOrder(PosixFilePermission.OWNER_READ, PosixFilePermission.OWNER_WRITE);
  }

  /// Sections 3 and 6; the value is case-sensitive. Several values are written with a `+`.
  @ParameterizedTest
  @ValueSource(strings = {"", "false", "True", "TRUE", "1", "true+true", "false+true"})
  void a_request_without_the_security_header_is_refused_with_invalid_argument(String values)
      throws Exception {
    var headers = values.isEmpty() ? new String[0] : values.split("\\+");
    try (var client = WorkloadClient.withHeaders(host.socket(), headers)) {
      var calls = new ArrayList<Heard<?>>(client.jwtCalls());
      calls.add(client.svids());
      calls.add(client.bundles());
      for (var call : calls) {
        var refusal = call.refusal();
        assertThat(refusal.getCode()).isEqualTo(Status.Code.INVALID_ARGUMENT);
        assertThat(refusal.getDescription()).contains("workload.spiffe.io: true");
      }
    }
  }

  /// Section 7, and section 2 of the Workload API.
  @Test
  void the_service_is_exposed_and_not_extended() {
    var service = SpiffeWorkloadAPIGrpc.getServiceDescriptor();
    assertThat(service.getName()).isEqualTo("SpiffeWorkloadAPI");
    assertThat(service.getMethods().stream().map(MethodDescriptor::getBareMethodName))
        .containsExactlyInAnyOrderElementsOf(
            List.of(
                "FetchX509SVID",
                "FetchX509Bundles",
                "FetchJWTSVID",
                "FetchJWTBundles",
                "ValidateJWTSVID"));
  }

  /// Appendix A, and section 7 of the Workload API.
  @Test
  void what_is_not_implemented_is_refused_with_unimplemented() throws Exception {
    try (var client = WorkloadClient.open(host.socket())) {
      assertThat(client.call("FetchWITSVID").refusal().getCode())
          .isEqualTo(Status.Code.UNIMPLEMENTED);
    }
  }

  /// Section 6: an error of a client disturbs no other.
  @Test
  void a_refused_client_disturbs_no_other() throws Exception {
    try (var good = WorkloadClient.open(host.socket());
        var bad = WorkloadClient.withHeaders(host.socket())) {
      var stream = good.bundles();
      stream.next();
      bad.bundles().refusal();
      assertThat(stream.silent()).isTrue();
      assertThat(good.svids().next().getSvidsCount()).isEqualTo(1);
    }
  }
}
