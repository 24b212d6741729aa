package io.tombolo.server.ports;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.IssueJwtRequest;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.IssuedJwt;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.api.identity.v1.Trust;
import io.tombolo.identity.AuditEvent;
import io.tombolo.identity.Csr;
import io.tombolo.identity.JwtAuthority;
import io.tombolo.identity.JwtRequest;
import io.tombolo.identity.Proof;
import io.tombolo.identity.Registrar;
import io.tombolo.identity.TrustStore;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import java.security.PublicKey;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import org.jboss.logging.Logger;

/// Issues certificates: the first against a proof, the next against the one held. The identity
/// comes from the proof; of a CSR only the public key is used.
public final class IdentityService extends IdentityGrpc.IdentityImplBase {
  private static final Logger LOG = Logger.getLogger(IdentityService.class);

  private final Registrar registrar;
  private final JwtAuthority jwts;
  private final TrustStore trust;
  private final Attestation attestation;
  private final Grace grace;
  private final Clock clock;
  private final TrustStreams hosts;

  public IdentityService(
      Registrar registrar,
      JwtAuthority jwts,
      TrustStore trust,
      Attestation attestation,
      Grace grace,
      Clock clock) {
    this.registrar = registrar;
    this.jwts = jwts;
    this.trust = trust;
    this.attestation = attestation;
    this.grace = grace;
    this.clock = clock;
    this.hosts = new TrustStreams(registrar.inventory());
    trust.observe(_ -> tellHosts());
    registrar.authority().observe(_ -> tellHosts());
    tellHosts();
    registrar.observe(hosts::end);
  }

  /// The hosts that are connected.
  public TrustStreams hosts() {
    return hosts;
  }

  private void tellHosts() {
    hosts.tell(TrustMessages.of(trust.trust(), registrar.authority().roots().retiring()));
  }

  @Override
  public void attest(AttestRequest request, StreamObserver<Issued> answer) {
    var peer = RemoteAddress.CURRENT.get();
    OwnThread.answer(answer, "attestation from " + peer, () -> attested(request, peer));
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<Issued> answer) {
    var leaf = Caller.LEAF.get();
    var peer = RemoteAddress.CURRENT.get();
    var proof = certificate();
    OwnThread.answer(
        answer,
        "renewal of " + proof.identity(),
        () -> {
          requireOpen();
          requireGrace(leaf, proof, peer);
          return issued(request.getCsr(), proof);
        });
  }

  private void requireGrace(X509Certificate leaf, Proof proof, String peer) throws StatusException {
    try {
      // First, for what is banned is not in the mesh either.
      requireNotBanned(proof.identity(), proof.node());
      grace.require(leaf, proof.identity(), peer, clock.instant());
    } catch (StatusException refused) {
      throw refused(subject(proof), refused);
    }
  }

  private static AuditEvent.Subject subject(Proof proof) {
    return new AuditEvent.Subject(proof.identity().toString(), proof.node(), proof.how());
  }

  @Override
  public void issueJwt(IssueJwtRequest request, StreamObserver<IssuedJwt> answer) {
    var proof = certificate();
    var end = Caller.END.get();
    OwnThread.answer(
        answer,
        "JWT-SVID of " + proof.identity(),
        () -> issuedJwt(request.getAudienceList(), proof, end));
  }

  /// The certificate of the connection, as a proof.
  private Proof certificate() {
    var serial = Caller.SERIAL.get();
    var how = "with serial %s, from %s".formatted(serial, RemoteAddress.CURRENT.get());
    return new Proof(Proof.By.CERTIFICATE, Caller.IDENTITY.get(), node(serial), serial, how);
  }

  private IssuedJwt issuedJwt(List<String> audience, Proof proof, Instant end)
      throws StatusException {
    var now = clock.instant();
    if (!now.isBefore(end)) {
      throw Status.UNAUTHENTICATED
          .withDescription("the client certificate ended at %s; renew it first".formatted(end))
          .asException();
    }
    var result = registrar.issueJwt(jwts, request(audience, end), proof, now);
    return switch (result) {
      case Registrar.JwtResult.Granted(var issued) -> {
        LOG.debugf("Issued %s", issued);
        yield IssuedJwt.newBuilder().setToken(issued.token()).build();
      }
      case Registrar.Result.Banned(var ban) -> throw Connections.banned(ban).asException();
      case Registrar.Result.Closed(var why) -> throw closed(why);
    };
  }

  private static JwtRequest request(List<String> audience, Instant end) throws StatusException {
    try {
      return new JwtRequest(audience, end);
    } catch (IllegalArgumentException wrong) {
      throw Status.INVALID_ARGUMENT.withDescription(wrong.getMessage()).asException();
    }
  }

  @Override
  public StreamObserver<InForce> watchTrust(StreamObserver<Trust> answer) {
    var identity = Caller.IDENTITY.get();
    var node = node(Caller.SERIAL.get());
    try {
      requireNotBanned(identity, node);
    } catch (StatusException refused) {
      answer.onError(refused);
      return new Nobody<>();
    }
    var host = hosts.add(identity, node, (ServerCallStreamObserver<Trust>) answer);
    // Again, now that it is among the streams: whoever is banned later is found there.
    registrar.bans().on(identity, node).ifPresent(hosts::end);
    return host;
  }

  private void requireNotBanned(SpiffeId identity, String node) throws StatusException {
    var ban = registrar.bans().on(identity, node);
    if (ban.isPresent()) {
      throw Connections.banned(ban.get()).asException();
    }
  }

  private String node(String serial) {
    return registrar.inventory().nodeOf(serial);
  }

  private Issued attested(AttestRequest request, String peer) throws StatusException {
    // First, so that no join token is used up in vain.
    requireOpen();
    Proof proof;
    try {
      proof = attestation.proof(request, peer);
    } catch (StatusException refused) {
      var how = "with %s, from %s".formatted(words(request.getProofCase()), peer);
      throw refused(new AuditEvent.Subject("", "", how), refused);
    }
    return issued(request.getCsr(), proof);
  }

  private static String words(AttestRequest.ProofCase proof) {
    return switch (proof) {
      case KUBERNETES -> "a service account token";
      case JOIN_TOKEN -> "a join token";
      case CONSUL -> "an ACL token of Consul";
      case PROOF_NOT_SET -> "no proof";
    };
  }

  private Issued issued(ByteString csr, Proof proof) throws StatusException {
    var now = clock.instant();
    var result = registrar.issue(key(csr, proof), csr.toByteArray(), proof, now);
    return switch (result) {
      case Registrar.Result.Granted(var issued) -> {
        LOG.infof("Issued %s", issued);
        yield answer(issued).build();
      }
      case Registrar.Result.Provisional(var issued) -> {
        LOG.infof("Issued %s, to ask for another by name", issued);
        yield answer(issued).setNameNeeded(true).build();
      }
      case Registrar.Result.Banned(var ban) -> throw Connections.banned(ban).asException();
      case Registrar.Result.Closed(var why) -> throw closed(why);
      case Registrar.Result.Misnamed(var why) ->
          throw Status.INVALID_ARGUMENT
              .withDescription("csr: " + Names.printable(why))
              .asException();
      case Registrar.Result.Busy(var why) -> {
        LOG.warnf("Not issued now for %s: %s", proof.identity(), why);
        throw Status.RESOURCE_EXHAUSTED
            .withDescription("the authority has too many requests; try again later")
            .asException();
      }
      case Registrar.Result.Unsigned(var why) -> {
        LOG.errorf("Not issued for %s: %s", proof.identity(), why);
        throw Status.UNAVAILABLE
            .withDescription(
                "the authority of %s does not sign at present; the log of the control plane says why"
                    .formatted(proof.identity()))
            .asException();
      }
    };
  }

  private Issued.Builder answer(io.tombolo.identity.Issued issued) {
    return Issued.newBuilder()
        .addAllChain(TrustMessages.encoded(issued.chain()))
        .setTrust(hosts.newest());
  }

  private PublicKey key(ByteString csr, Proof proof) throws StatusException {
    return switch (Csr.publicKeyOf(csr.toByteArray())) {
      case Csr.Result.Accepted(var key) -> key;
      case Csr.Result.Refused(var reason) ->
          throw refused(
              subject(proof),
              Status.INVALID_ARGUMENT
                  .withDescription("csr: " + Names.printable(reason))
                  .asException());
    };
  }

  private StatusException refused(AuditEvent.Subject subject, StatusException why) {
    var text = String.valueOf(why.getStatus().getDescription());
    registrar.refused(subject, text, clock.instant());
    return why;
  }

  private void requireOpen() throws StatusException {
    var closed = registrar.closed(clock.instant());
    if (closed.isPresent()) {
      throw closed(closed.get());
    }
  }

  private static StatusException closed(String why) {
    LOG.errorf("Nothing is issued: %s", why);
    return Status.UNAVAILABLE
        .withDescription("nothing is issued at present; the log of the control plane says why")
        .asException();
  }

  /// Hears and says nothing more.
  private static final class Nobody<M> implements StreamObserver<M> {
    @Override
    public void onNext(M message) {}

    @Override
    public void onError(Throwable gone) {}

    @Override
    public void onCompleted() {}
  }
}
