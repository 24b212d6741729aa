package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.grpc.Context;
import io.grpc.Contexts;
import io.grpc.Grpc;
import io.grpc.Metadata;
import io.grpc.Server;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerInterceptor;
import io.grpc.Status;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyServerBuilder;
import io.grpc.stub.StreamObserver;
import io.netty.handler.ssl.ClientAuth;
import io.netty.handler.ssl.SslContextBuilder;
import io.netty.handler.ssl.SslProvider;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.IssueJwtRequest;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.IssuedJwt;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.mesh.identity.X509Svid;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.BlockingDeque;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingDeque;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLSession;
import org.jspecify.annotations.Nullable;

/// An Identity service over real TLS that issues what a test wants.
final class TestControlPlane implements AutoCloseable {
  static final String SELF = "spiffe://mesh.test/tombolo/control-plane";
  static final String WORKLOAD = "spiffe://mesh.test/ns/shop/sa/cart";
  static final String TOKEN = "join-me";
  private static final Context.Key<String> CALLER = Context.key("caller");
  final List<AttestRequest> attested = new CopyOnWriteArrayList<>();
  final List<RenewRequest> renewed = new CopyOnWriteArrayList<>();
  final List<IssueJwtRequest> jwtsAsked = new CopyOnWriteArrayList<>();

  /// How long JWT-SVIDs hold.
  volatile Duration jwtTtl = Duration.ofMinutes(5);

  /// Why no JWT-SVID is issued; OK if they are.
  volatile Status jwtRefusal = Status.OK;

  final BlockingDeque<InForce> inForce = new LinkedBlockingDeque<>();
  private final Map<String, String> tokens = new ConcurrentHashMap<>(Map.of(TOKEN, WORKLOAD));
  private final Set<String> joined = ConcurrentHashMap.newKeySet();
  private final List<StreamObserver<Trust>> watchers = new CopyOnWriteArrayList<>();
  private final CountDownLatch watching = new CountDownLatch(1);
  private final TestAuthority authority;
  private final Duration ttl;
  private final Server server;

  private TestControlPlane(TestAuthority authority, Duration ttl, String identity, int port)
      throws Exception {
    joined.add(WORKLOAD);
    this.authority = authority;
    this.ttl = ttl;
    var keys = TestAuthority.newKeys();
    var own = authority.chain(keys.getPublic(), identity, Duration.ofHours(1));
    var tls =
        SslContextBuilder.forServer(keys.getPrivate(), own)
            .trustManager(authority.root())
            .protocols("TLSv1.3")
            .clientAuth(ClientAuth.OPTIONAL);
    this.server =
        NettyServerBuilder.forAddress(new InetSocketAddress(InetAddress.getLoopbackAddress(), port))
            .sslContext(GrpcSslContexts.configure(tls, SslProvider.JDK).build())
            .intercept(new CallerFromCertificate())
            .addService(new Service())
            .build()
            .start();
  }

  static TestControlPlane start(TestAuthority authority, Duration ttl) throws Exception {
    return new TestControlPlane(authority, ttl, SELF, 0);
  }

  static TestControlPlane startAs(TestAuthority authority, String identity) throws Exception {
    return new TestControlPlane(authority, Duration.ofHours(1), identity, 0);
  }

  static TestControlPlane startAt(TestAuthority authority, Duration ttl, int port)
      throws Exception {
    return new TestControlPlane(authority, ttl, SELF, port);
  }

  /// Takes this token once, for another identity than usual.
  void expect(String token, String identity) {
    tokens.put(token, identity);
  }

  Address address() {
    return new Address("127.0.0.1", server.getPort());
  }

  boolean watched() {
    return !watchers.isEmpty();
  }

  /// Waits until an agent follows the bundle.
  void awaitWatch() throws InterruptedException {
    if (!watching.await(15, TimeUnit.SECONDS)) {
      throw new AssertionError("no agent follows the bundle");
    }
  }

  void announce(Bundle bundle) {
    announce(Trust.newBuilder().setOwn(bundle).build());
  }

  void announce(Trust trust) {
    watchers.forEach(watcher -> watcher.onNext(trust));
  }

  @Override
  public void close() {
    server.shutdownNow();
    try {
      server.awaitTermination();
    } catch (InterruptedException _) {
      Thread.currentThread().interrupt();
    }
  }

  private final class Service extends IdentityGrpc.IdentityImplBase {
    @Override
    public void attest(AttestRequest request, StreamObserver<Issued> client) {
      attested.add(request);
      var identity = request.hasKubernetes() ? WORKLOAD : tokens.remove(request.getJoinToken());
      if (identity != null) {
        joined.add(identity);
        issue(request.getCsr(), identity, client);
      } else {
        client.onError(
            Status.UNAUTHENTICATED.withDescription("the token is not valid").asRuntimeException());
      }
    }

    @Override
    public void renew(RenewRequest request, StreamObserver<Issued> client) {
      var identity = CALLER.get();
      if (!joined.contains(identity)) {
        client.onError(Status.UNAUTHENTICATED.asRuntimeException());
        return;
      }
      renewed.add(request);
      issue(request.getCsr(), identity, client);
    }

    @Override
    public void issueJwt(IssueJwtRequest request, StreamObserver<IssuedJwt> client) {
      jwtsAsked.add(request);
      if (!WORKLOAD.equals(CALLER.get())) {
        client.onError(Status.UNAUTHENTICATED.asRuntimeException());
      } else if (!jwtRefusal.isOk()) {
        client.onError(jwtRefusal.asRuntimeException());
      } else {
        var token = authority.jwt(WORKLOAD, request.getAudienceList(), jwtTtl);
        client.onNext(IssuedJwt.newBuilder().setToken(token).build());
        client.onCompleted();
      }
    }

    private void issue(ByteString csr, String identity, StreamObserver<Issued> client) {
      try {
        var key = TestAuthority.csr(csr).getPublicKey();
        client.onNext(authority.issued(key, identity, ttl));
        client.onCompleted();
      } catch (Exception broken) {
        client.onError(Status.INTERNAL.withCause(broken).asRuntimeException());
      }
    }

    @Override
    public StreamObserver<InForce> watchTrust(StreamObserver<Trust> client) {
      watchers.add(client);
      watching.countDown();
      return new StreamObserver<>() {
        @Override
        public void onNext(InForce said) {
          inForce.add(said);
        }

        @Override
        public void onError(Throwable gone) {
          watchers.remove(client);
        }

        @Override
        public void onCompleted() {
          watchers.remove(client);
          client.onCompleted();
        }
      };
    }
  }

  private static final class CallerFromCertificate implements ServerInterceptor {
    @Override
    public <Q, R> ServerCall.Listener<Q> interceptCall(
        ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      var session = call.getAttributes().get(Grpc.TRANSPORT_ATTR_SSL_SESSION);
      return Contexts.interceptCall(
          Context.current().withValue(CALLER, caller(session)), call, headers, next);
    }

    private static String caller(@Nullable SSLSession session) {
      try {
        return session == null
            ? ""
            : X509Svid.identity((X509Certificate) session.getPeerCertificates()[0]).toString();
      } catch (Exception _) {
        return "";
      }
    }
  }
}
