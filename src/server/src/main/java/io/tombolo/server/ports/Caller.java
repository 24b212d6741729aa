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
import io.tombolo.mesh.identity.X509Svid;
import java.security.cert.CertificateException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.Optional;
import java.util.Set;
import javax.net.ssl.SSLPeerUnverifiedException;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// Tells who calls, by the certificate of the connection, and refuses who has none. With one that
/// did not hold when the connection was made, a caller may only ask for the next.
final class Caller implements ServerInterceptor {
  static final Context.Key<SpiffeId> IDENTITY = Context.key("identity");

  /// The certificate itself.
  static final Context.Key<X509Certificate> LEAF = Context.key("leaf");

  /// The serial of the certificate, in hex.
  static final Context.Key<String> SERIAL = Context.keyWithDefault("serial", "");

  /// When the certificate ends.
  static final Context.Key<Instant> END = Context.keyWithDefault("end", Instant.EPOCH);

  /// @param held did it hold when the connection was made?
  private record Certificate(SpiffeId identity, X509Certificate leaf, boolean held) {
    Context in(Context context) {
      var serial = leaf.getSerialNumber().toString(16);
      var end = leaf.getNotAfter().toInstant();
      return context.withValues(IDENTITY, identity, LEAF, leaf, SERIAL, serial).withValue(END, end);
    }
  }

  private final TrustDomain trustDomain;
  private final Set<String> openMethods;
  private final Set<String> renewals;

  /// @param openMethods full names of the methods that need no certificate
  /// @param renewals full names of the methods for which it need not hold; they look at it
  Caller(TrustDomain trustDomain, Set<String> openMethods, Set<String> renewals) {
    this.trustDomain = trustDomain;
    this.openMethods = Set.copyOf(openMethods);
    this.renewals = Set.copyOf(renewals);
  }

  @Override
  public <Q, R> ServerCall.Listener<Q> interceptCall(
      ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
    var certificate = certificate(call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION));
    var problem = problem(certificate, call.getMethodDescriptor().getFullMethodName());
    if (problem.isPresent()) {
      call.close(Status.UNAUTHENTICATED.withDescription(problem.get()), new Metadata());
      return new ServerCall.Listener<>() {};
    }
    var context = certificate.map(c -> c.in(Context.current())).orElse(Context.current());
    return Contexts.interceptCall(context, call, headers, next);
  }

  private Optional<String> problem(Optional<Certificate> certificate, String method) {
    if (openMethods.contains(method)) {
      return Optional.empty();
    }
    if (certificate.isEmpty()) {
      return Optional.of("this call needs a client certificate of trust domain " + trustDomain);
    }
    var leaf = certificate.get().leaf();
    return certificate.get().held() || renewals.contains(method)
        ? Optional.empty()
        : Optional.of(
            "the client certificate holds from %s to %s, so it is good for its renewal only"
                .formatted(leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant()));
  }

  private Optional<Certificate> certificate(@Nullable SSLSession session) {
    if (session == null) {
      return Optional.empty();
    }
    try {
      return session.getPeerCertificates()[0] instanceof X509Certificate leaf
          ? Optional.of(X509Svid.identity(leaf))
              .filter(id -> id.trustDomain().equals(trustDomain))
              .map(id -> new Certificate(id, leaf, held(leaf, session)))
          : Optional.empty();
    } catch (SSLPeerUnverifiedException | CertificateException anonymous) {
      return Optional.empty();
    }
  }

  private static boolean held(X509Certificate leaf, SSLSession session) {
    var made = Instant.ofEpochMilli(session.getCreationTime());
    return PeerTrust.nearest(leaf, made).equals(made);
  }
}
