package io.tombolo.server.ports;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import java.net.InetSocketAddress;

/// Remembers from which address a call comes.
final class RemoteAddress implements ServerInterceptor {
  /// The IP address, or `unknown`.
  static final Context.Key<String> CURRENT = Context.keyWithDefault("remote-address", "unknown");

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var address =
        call.getAttributes().get(Grpc.TRANSPORT_ATTR_REMOTE_ADDR) instanceof InetSocketAddress inet
            ? inet.getAddress().getHostAddress()
            : "unknown";
    return Contexts.interceptCall(
        Context.current().withValue(CURRENT, address), call, headers, next);
  }
}
