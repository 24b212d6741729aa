package io.tombolo.server.ports;

import com.google.protobuf.Timestamp;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.receipts.v1.GetReceiptRequest;
import io.tombolo.api.receipts.v1.Receipt;
import io.tombolo.api.receipts.v1.ReceiptsGrpc;
import io.tombolo.api.receipts.v1.Resource;
import io.tombolo.server.receipts.Receipts;
import io.tombolo.xds.receipt.Standing;
import io.tombolo.xds.snapshot.ResourceName;
import java.time.Duration;
import java.time.Instant;
import java.util.Locale;

/// Receipts over gRPC, for who has the admin token.
public final class ReceiptService extends ReceiptsGrpc.ReceiptsImplBase {
  private final Receipts receipts;

  public ReceiptService(Receipts receipts) {
    this.receipts = receipts;
  }

  @Override
  public void getReceipt(GetReceiptRequest request, StreamObserver<Receipt> answer) {
    OwnThread.answer(
        answer, "receipt of revision " + request.getRevision(), () -> receipt(request));
  }

  private Receipt receipt(GetReceiptRequest request) throws StatusException, InterruptedException {
    if (request.getRevision() < 0) {
      throw Status.INVALID_ARGUMENT
          .withDescription("revision: must not be negative; 0 is the newest")
          .asException();
    }
    long revision = request.getRevision() == 0 ? receipts.newest() : request.getRevision();
    var wait = Duration.ofSeconds(request.getWait().getSeconds(), request.getWait().getNanos());
    return receipts
        .await(revision, wait)
        .map(ReceiptService::message)
        .orElseThrow(() ->
            Status.NOT_FOUND
                .withDescription(
                    "revision: no proxy was told of revision %d; the newest accepted is %d"
                        .formatted(revision, receipts.newest()))
                .asException());
  }

  private static Receipt message(io.tombolo.xds.receipt.Receipt receipt) {
    var message = Receipt.newBuilder().setRevision(receipt.revision()).addAllNews(receipt.news());
    if (receipt.at() != null) {
      message.setAt(time(receipt.at()));
    }
    receipt.proxies().forEach(standing -> message.addProxies(message(standing)));
    return message.build();
  }

  private static io.tombolo.api.receipts.v1.Standing message(Standing standing) {
    var message =
        io.tombolo.api.receipts.v1.Standing.newBuilder()
            .setNode(standing.proxy().nodeId())
            .setIdentity(standing.proxy().identity().toString())
            .setState(state(standing.state()))
            .setWhy(standing.why())
            .setConnectedSince(time(standing.since()));
    if (standing.lostAt() != null) {
      message.setLostAt(time(standing.lostAt()));
    }
    standing.lacking().forEach(what -> message.addLacking(lacking(standing, what)));
    return message.build();
  }

  private static Resource lacking(Standing standing, ResourceName what) {
    var message =
        Resource.newBuilder()
            .setType(what.type().name().toLowerCase(Locale.ROOT))
            .setName(what.name());
    var refusal = standing.refused().get(what);
    if (refusal != null) {
      message.setRefusal(refusal.message()).setRefusedAt(time(refusal.at()));
    }
    return message.build();
  }

  private static io.tombolo.api.receipts.v1.Standing.State state(Standing.State state) {
    return switch (state) {
      case REFUSED -> io.tombolo.api.receipts.v1.Standing.State.REFUSED;
      case PENDING -> io.tombolo.api.receipts.v1.Standing.State.PENDING;
      case APPLIED -> io.tombolo.api.receipts.v1.Standing.State.APPLIED;
      case UNAFFECTED -> io.tombolo.api.receipts.v1.Standing.State.UNAFFECTED;
    };
  }

  private static Timestamp time(Instant instant) {
    return Timestamp.newBuilder()
        .setSeconds(instant.getEpochSecond())
        .setNanos(instant.getNano())
        .build();
  }
}
