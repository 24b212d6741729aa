package io.tombolo.agent;

import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import java.util.ArrayList;
import java.util.List;

/// Refuses calls without the metadata that a forged request cannot add (Workload Endpoint, sections
/// 3 and 6).
final class SecurityHeader implements ServerInterceptor {
  static final Metadata.Key<String> KEY =
      Metadata.Key.of("workload.spiffe.io", Metadata.ASCII_STRING_MARSHALLER);
  private static final Status MISSING =
      Status.INVALID_ARGUMENT.withDescription(
          "the request lacks the metadata \"workload.spiffe.io: true\"");

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    if (values(headers).equals(List.of("true"))) {
      return next.startCall(call, headers);
    }
    call.close(MISSING, new Metadata());
    return new ServerCall.Listener<>() {};
  }

  private static List<String> values(Metadata headers) {
    var values = new ArrayList<String>();
    var given = headers.getAll(KEY);
    if (given != null) {
      given.forEach(values::add);
    }
    return values;
  }
}
