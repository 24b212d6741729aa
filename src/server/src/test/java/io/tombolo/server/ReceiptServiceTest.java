package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.grpc.ManagedChannel;
import io.grpc.Metadata;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.grpc.stub.MetadataUtils;
import io.tombolo.api.receipts.v1.GetReceiptRequest;
import io.tombolo.api.receipts.v1.ReceiptsGrpc;
import io.tombolo.api.receipts.v1.ReceiptsGrpc.ReceiptsBlockingStub;
import io.tombolo.mesh.identity.Pinned;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// Receipts over gRPC are for who has the admin token.
@Tag("push")
class ReceiptServiceTest {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final Path state;
  private final ControlPlane controlPlane;
  private final ManagedChannel channel;

  ReceiptServiceTest(@TempDir Path directory) throws Exception {
    state = directory.resolve("state");
    controlPlane = Configured.controlPlane(state, Map.of());
    channel =
        NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.port().port())
            .sslContext(
                GrpcSslContexts.forClient()
                    .trustManager(new Pinned(state.resolve("bundle.pem")))
                    .build())
            .build();
  }

  @BeforeEach
  void start() {
    controlPlane.start();
  }

  @AfterEach
  void close() {
    channel.shutdownNow();
    controlPlane.close();
  }

  private ReceiptsBlockingStub with(String authorization) {
    var metadata = new Metadata();
    metadata.put(AUTHORIZATION, authorization);
    return ReceiptsGrpc.newBlockingStub(channel)
        .withInterceptors(MetadataUtils.newAttachHeadersInterceptor(metadata));
  }

  private static void assertRefused(ReceiptsBlockingStub stub, Status.Code code, String word) {
    assertThatThrownBy(() ->
            System.out.println(
                stub.getReceipt(GetReceiptRequest.newBuilder().setRevision(77).build())))
        .hasMessageContaining(word)
        .extracting(refused -> Status.fromThrowable(refused).getCode())
        .isEqualTo(code);
  }

  @Test
  void without_the_token_nothing_is_said() {
    assertRefused(
        ReceiptsGrpc.newBlockingStub(channel), Status.Code.UNAUTHENTICATED, "admin.token");
    assertRefused(with("Bearer guessed"), Status.Code.UNAUTHENTICATED, "admin.token");
  }

  @Test
  void with_it_a_revision_that_is_not_there_is_said_not_to_be() throws Exception {
    var token = Files.readString(state.resolve("admin.token")).strip();

    assertRefused(with("Bearer " + token), Status.Code.NOT_FOUND, "revision 77");
    assertThat(token).isNotEmpty();
  }
}
