package io.tombolo.server.ports;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.tombolo.server.admin.AdminToken;

/// Lets in who sends the admin token, as `authorization: Bearer <token>`.
final class Operator implements ServerInterceptor {
  private static final Metadata.Key<String> AUTHORIZATION =
      Metadata.Key.of("authorization", Metadata.ASCII_STRING_MARSHALLER);

  private final String token;

  /// @param token the admin token; secret
  Operator(String token) {
    this.token = token;
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (AdminToken.isBearer(headers.get(AUTHORIZATION), token)) {
      return next.startCall(call, headers);
    }
    call.close(
        Status.UNAUTHENTICATED.withDescription(
            "this call needs the admin token: " + AdminToken.HOW),
        new Metadata());
    return new ServerCall.Listener<>() {};
  }
}
