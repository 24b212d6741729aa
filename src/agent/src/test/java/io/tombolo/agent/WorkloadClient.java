package io.tombolo.agent;

import io.grpc.CallOptions;
import io.grpc.Channel;
import io.grpc.ClientInterceptors;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.stub.ClientCalls;
import io.grpc.stub.MetadataUtils;
import io.tombolo.api.workload.JWTBundlesRequest;
import io.tombolo.api.workload.JWTBundlesResponse;
import io.tombolo.api.workload.JWTSVIDRequest;
import io.tombolo.api.workload.JWTSVIDResponse;
import io.tombolo.api.workload.SpiffeWorkloadAPIGrpc;
import io.tombolo.api.workload.SpiffeWorkloadAPIGrpc.SpiffeWorkloadAPIStub;
import io.tombolo.api.workload.ValidateJWTSVIDRequest;
import io.tombolo.api.workload.ValidateJWTSVIDResponse;
import io.tombolo.api.workload.X509BundlesRequest;
import io.tombolo.api.workload.X509BundlesResponse;
import io.tombolo.api.workload.X509SVIDRequest;
import io.tombolo.api.workload.X509SVIDResponse;
import java.nio.file.Path;
import java.util.List;

/// A client of the Workload API that can also do what none should, for tests.
record WorkloadClient(UnixChannel unix, Channel calls) implements AutoCloseable {
  /// A client as it should be.
  static WorkloadClient open(Path socket) {
    return withHeaders(socket, "true");
  }

  /// A client that sends the security header once with each of these values.
  static WorkloadClient withHeaders(Path socket, String... values) {
    var headers = new Metadata();
    for (var value : values) {
      headers.put(SecurityHeader.KEY, value);
    }
    var unix = UnixChannel.open(socket);
    return new WorkloadClient(
        unix,
        ClientInterceptors.intercept(
            unix.channel(), MetadataUtils.newAttachHeadersInterceptor(headers)));
  }

  Heard<X509SVIDResponse> svids() {
    var heard = new Heard<>(X509SVIDResponse.class);
    stub().fetchX509SVID(X509SVIDRequest.getDefaultInstance(), heard);
    return heard;
  }

  Heard<X509BundlesResponse> bundles() {
    var heard = new Heard<>(X509BundlesResponse.class);
    stub().fetchX509Bundles(X509BundlesRequest.getDefaultInstance(), heard);
    return heard;
  }

  Heard<JWTSVIDResponse> jwtSvid(String... audience) {
    return jwtSvidOf("", audience);
  }

  Heard<JWTSVIDResponse> jwtSvidOf(String spiffeId, String... audience) {
    var heard = new Heard<>(JWTSVIDResponse.class);
    stub()
        .fetchJWTSVID(
            JWTSVIDRequest.newBuilder()
                .setSpiffeId(spiffeId)
                .addAllAudience(List.of(audience))
                .build(),
            heard);
    return heard;
  }

  Heard<JWTBundlesResponse> jwtBundles() {
    var heard = new Heard<>(JWTBundlesResponse.class);
    stub().fetchJWTBundles(JWTBundlesRequest.getDefaultInstance(), heard);
    return heard;
  }

  Heard<ValidateJWTSVIDResponse> validation(String audience, String svid) {
    var heard = new Heard<>(ValidateJWTSVIDResponse.class);
    stub()
        .validateJWTSVID(
            ValidateJWTSVIDRequest.newBuilder().setAudience(audience).setSvid(svid).build(), heard);
    return heard;
  }

  /// A call of each method of the JWT profile.
  List<Heard<?>> jwtCalls() {
    return List.of(jwtSvid("a"), jwtBundles(), validation("a", "b"));
  }

  /// A call of a method that the interface here does not have.
  Heard<X509SVIDResponse> call(String method) {
    var heard = new Heard<>(X509SVIDResponse.class);
    var like = SpiffeWorkloadAPIGrpc.getFetchX509SVIDMethod();
    var other =
        like.toBuilder()
            .setFullMethodName(
                MethodDescriptor.generateFullMethodName(SpiffeWorkloadAPIGrpc.SERVICE_NAME, method))
            .build();
    ClientCalls.asyncServerStreamingCall(
        calls.newCall(other, CallOptions.DEFAULT), X509SVIDRequest.getDefaultInstance(), heard);
    return heard;
  }

  private SpiffeWorkloadAPIStub stub() {
    return SpiffeWorkloadAPIGrpc.newStub(calls);
  }

  @Override
  public void close() {
    unix.close();
  }
}
