package io.tombolo.server.ports;

import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Tells who calls, by the certificate of the connection, and refuses who has none.
final class Caller implements ServerInterceptor {
  static final Context.Key<SpiffeId> IDENTITY = Context.key("identity");

  /// The serial of the certificate, in hex.
  static final Context.Key<String> SERIAL = Context.keyWithDefault("serial", "");

  /// When the certificate ends.
  static final Context.Key<Instant> END = Context.keyWithDefault("end", Instant.EPOCH);

  private record Certificate(SpiffeId identity, String serial, Instant end) {
    Context in(Context context) {
      return context.withValues(IDENTITY, identity, SERIAL, serial, END, end);
    }
  }

  private final TrustDomain trustDomain;
  private final Set<String> openMethods;

  /// @param openMethods full names of the methods that need no certificate
  Caller(TrustDomain trustDomain, Set<String> openMethods) {
    this.trustDomain = trustDomain;
    this.openMethods = Set.copyOf(openMethods);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var certificate = certificate(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    if (certificate.isEmpty()
        && !openMethods.contains(call.getMethodDescriptor().getFullMethodName())) {
      call.close(
          Status.UNAUTHENTICATED.withDescription(
              "this call needs a client certificate of trust domain " + trustDomain),
          new Metadata());
      return new ServerCall.Listener<>() {};
    }
    var context = certificate.map(c -> c.in(Context.current())).orElse(Context.current());
    return Contexts.interceptCall(context, call, headers, next);
  }

  private Optional<Certificate> certificate(@Nullable SSLSession session) {
    if (session == null) {
      return Optional.empty();
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate leaf
          ? PeerTrust.identity(leaf)
              .filter(id -> id.trustDomain().equals(trustDomain))
              .map(id ->
                  new Certificate(
                      id, leaf.getSerialNumber().toString(16), leaf.getNotAfter().toInstant()))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException anonymous) {
      return Optional.empty();
    }
  }
}
