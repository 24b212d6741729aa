package io.tombolo.agent;

import io.grpc.Status;
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
import java.time.InstantSource;

/// The SPIFFE Workload API for one workload: its X.509 profile. Calls of the JWT profile are
/// unimplemented. Thread-safe.
final class WorkloadApi extends SpiffeWorkloadAPIImplBase {
  private static final Status NO_JWT =
      Status.UNIMPLEMENTED.withDescription(
          "this agent issues no JWT-SVIDs, only X.509-SVIDs: use FetchX509SVID and"
              + " FetchX509Bundles");
  private final Keyring keyring;
  private final InstantSource clock;

  WorkloadApi(Keyring keyring, InstantSource clock) {
    this.keyring = keyring;
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

  @Override
  public void fetchJWTSVID(JWTSVIDRequest request, StreamObserver<JWTSVIDResponse> client) {
    client.onError(NO_JWT.asRuntimeException());
  }

  @Override
  public void fetchJWTBundles(
      JWTBundlesRequest request, StreamObserver<JWTBundlesResponse> client) {
    client.onError(NO_JWT.asRuntimeException());
  }

  @Override
  public void validateJWTSVID(
      ValidateJWTSVIDRequest request, StreamObserver<ValidateJWTSVIDResponse> client) {
    client.onError(NO_JWT.asRuntimeException());
  }

  private <R> void open(StreamObserver<R> client, WorkloadStream.Answer<R> answer) {
    var stream = new WorkloadStream<>(client, keyring, answer);
    stream.open();
    stream.refresh();
  }
}
