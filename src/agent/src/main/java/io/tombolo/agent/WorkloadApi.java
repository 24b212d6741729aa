package io.tombolo.agent;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.workload.JWTBundlesRequest;
import io.tombolo.api.workload.JWTBundlesResponse;
import io.tombolo.api.workload.JWTSVIDRequest;
import io.tombolo.api.workload.JWTSVIDResponse;
import io.tombolo.api.workload.SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIImplBase;
import io.tombolo.api.workload.ValidateJWTSVIDRequest;
import io.tombolo.api.workload.ValidateJWTSVIDResponse;
import io.tombolo.api.workload.X509BundlesRequest;
import io.tombolo.api.workload.X509BundlesResponse;
import io.tombolo.api.workload.X509SVIDRequest;
import io.tombolo.api.workload.X509SVIDResponse;
import io.tombolo.mesh.identity.SpiffeId;
import java.time.InstantSource;
import java.util.concurrent.CompletionException;
import org.jspecify.annotations.Nullable;

/// The SPIFFE Workload API for one workload: its X.509 and JWT profiles. Thread-safe.
final class WorkloadApi extends SpiffeWorkloadAPIImplBase {
  private final Keyring keyring;
  private final JwtSvids jwts;
  private final InstantSource clock;

  WorkloadApi(Keyring keyring, JwtSvids jwts, InstantSource clock) {
    this.keyring = keyring;
    this.jwts = jwts;
    this.clock = clock;
  }

  /// Denied while there is no SVID, or only an expired one.
  @Override
  public void fetchX509SVID(X509SVIDRequest request, StreamObserver<X509SVIDResponse> client) {
    open(
        client,
        secrets ->
            secrets
                .unexpired(clock.instant())
                .map(svid -> X509Answers.svids(svid, secrets.trust())));
  }

  /// Denied until there has been an SVID: a host that has not joined knows only the pinned roots.
  @Override
  public void fetchX509Bundles(
      X509BundlesRequest request, StreamObserver<X509BundlesResponse> client) {
    open(client, secrets -> secrets.svid().map(_ -> X509Answers.bundles(secrets.trust())));
  }

  /// The audience is mandatory. Denied while there is no unexpired SVID, and for the SPIFFE ID of
  /// another.
  @Override
  public void fetchJWTSVID(JWTSVIDRequest request, StreamObserver<JWTSVIDResponse> client) {
    if (request.getAudienceList().stream().allMatch(String::isEmpty)) {
      client.onError(missing("audience"));
      return;
    }
    var svid = keyring.secrets().unexpired(clock.instant());
    if (svid.isEmpty()) {
      client.onError(WorkloadStream.NO_IDENTITY.asRuntimeException());
      return;
    }
    try {
      requireOwn(request.getSpiffeId(), svid.get().identity());
    } catch (StatusRuntimeException refused) {
      client.onError(refused);
      return;
    }
    ignoreCancelled(client);
    var _ =
        jwts.fetch(svid.get(), request.getAudienceList())
            .thenApply(JwtAnswers::svid)
            .whenComplete((answer, failure) -> answer(client, answer, failure));
  }

  private static void requireOwn(String asked, SpiffeId own) {
    if (asked.isEmpty()) {
      return;
    }
    try {
      if (!SpiffeId.parse(asked).equals(own)) {
        throw Status.PERMISSION_DENIED
            .withDescription("spiffe_id: this workload is %s, not another".formatted(own))
            .asRuntimeException();
      }
    } catch (IllegalArgumentException wrong) {
      throw Status.INVALID_ARGUMENT
          .withDescription("spiffe_id: " + wrong.getMessage())
          .asRuntimeException();
    }
  }

  private static <R> void answer(
      StreamObserver<R> client, @Nullable R answer, @Nullable Throwable failure) {
    if (answer == null) {
      client.onError(failure instanceof CompletionException wrapped ? wrapped.getCause() : failure);
    } else {
      client.onNext(answer);
      client.onCompleted();
    }
  }

  /// Denied until there has been an SVID, as bundles for X.509.
  @Override
  public void fetchJWTBundles(
      JWTBundlesRequest request, StreamObserver<JWTBundlesResponse> client) {
    open(client, secrets -> secrets.svid().map(_ -> JwtAnswers.bundles(secrets.trust())));
  }

  /// Refused with INVALID_ARGUMENT if it is not to be accepted for the audience.
  @Override
  public void validateJWTSVID(
      ValidateJWTSVIDRequest request, StreamObserver<ValidateJWTSVIDResponse> client) {
    var secrets = keyring.secrets();
    if (request.getAudience().isEmpty()) {
      client.onError(missing("audience"));
    } else if (request.getSvid().isEmpty()) {
      client.onError(missing("svid"));
    } else if (secrets.svid().isEmpty()) {
      client.onError(WorkloadStream.NO_IDENTITY.asRuntimeException());
    } else {
      try {
        var verified =
            JwtVerifier.verify(
                request.getSvid(), request.getAudience(), secrets.trust(), clock.instant());
        client.onNext(JwtAnswers.verified(verified));
        client.onCompleted();
      } catch (JwtRefused refused) {
        client.onError(
            Status.INVALID_ARGUMENT
                .withDescription("svid: " + refused.getMessage())
                .asRuntimeException());
      }
    }
  }

  /// Workload API, section 4.5.
  private static StatusRuntimeException missing(String field) {
    return Status.INVALID_ARGUMENT.withDescription(field + ": it is needed").asRuntimeException();
  }

  /// What is answered to a client that has gone is dropped, not thrown.
  private static void ignoreCancelled(StreamObserver<?> client) {
    if (client instanceof ServerCallStreamObserver<?> call) {
      call.setOnCancelHandler(() -> {});
    }
  }

  private <R> void open(StreamObserver<R> client, WorkloadStream.Answer<R> answer) {
    var stream = new WorkloadStream<>(client, keyring, answer);
    stream.open();
    stream.refresh();
  }
}
