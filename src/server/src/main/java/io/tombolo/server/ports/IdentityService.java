package io.tombolo.server.ports;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.api.identity.v1.WatchBundleRequest;
import io.tombolo.identity.AuditEvent;
import io.tombolo.identity.Csr;
import io.tombolo.identity.Proof;
import io.tombolo.identity.Registrar;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.security.PublicKey;
import java.security.cert.CertificateEncodingException;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.util.ArrayList;
import java.util.Collection;
import org.jboss.logging.Logger;

/// Issues certificates: the first against a proof, the next against the one held. The identity
/// comes from the proof; of a CSR only the public key is used.
public final class IdentityService extends IdentityGrpc.IdentityImplBase {
  private static final Logger LOG = Logger.getLogger(IdentityService.class);

  private final TrustDomain trustDomain;
  private final Registrar registrar;
  private final Attestation attestation;
  private final Clock clock;
  private final BundleStreams bundles = new BundleStreams();

  public IdentityService(
      TrustDomain trustDomain, Registrar registrar, Attestation attestation, Clock clock) {
    this.trustDomain = trustDomain;
    this.registrar = registrar;
    this.attestation = attestation;
    this.clock = clock;
    registrar.observe(bundles::end);
  }

  @Override
  public void attest(AttestRequest request, StreamObserver<Issued> answer) {
    var peer = RemoteAddress.CURRENT.get();
    OwnThread.answer(answer, "attestation from " + peer, () -> attested(request, peer));
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<Issued> answer) {
    var serial = Caller.SERIAL.get();
    var how = "with serial %s, from %s".formatted(serial, RemoteAddress.CURRENT.get());
    var proof = new Proof(Proof.By.CERTIFICATE, Caller.IDENTITY.get(), node(serial), how);
    OwnThread.answer(
        answer,
        "renewal of " + proof.identity(),
        () -> {
          requireOpen();
          return issued(request.getCsr(), proof);
        });
  }

  @Override
  public void watchBundle(WatchBundleRequest request, StreamObserver<Bundle> answer) {
    // Stays open: until root rollover exists, the bundle never changes while we run.
    var identity = Caller.IDENTITY.get();
    var node = node(Caller.SERIAL.get());
    try {
      requireNotBanned(identity, node);
      bundles.add(identity, node, (ServerCallStreamObserver<Bundle>) answer, bundle());
    } catch (StatusException refused) {
      answer.onError(refused);
      return;
    }
    // Again, now that it is among the streams: whoever is banned later is found there.
    registrar.bans().on(identity, node).ifPresent(bundles::end);
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
      case PROOF_NOT_SET -> "no proof";
    };
  }

  private Issued issued(ByteString csr, Proof proof) throws StatusException {
    var now = clock.instant();
    var result = registrar.issue(key(csr, proof), proof, now);
    return switch (result) {
      case Registrar.Result.Granted(var issued) -> {
        LOG.infof("Issued %s", issued);
        yield Issued.newBuilder().addAllChain(encoded(issued.chain())).setBundle(bundle()).build();
      }
      case Registrar.Result.Banned(var ban) -> throw Connections.banned(ban).asException();
      case Registrar.Result.Closed(var why) -> throw closed(why);
    };
  }

  private PublicKey key(ByteString csr, Proof proof) throws StatusException {
    return switch (Csr.publicKeyOf(csr.toByteArray())) {
      case Csr.Result.Accepted(var key) -> key;
      case Csr.Result.Refused(var reason) ->
          throw refused(
              new AuditEvent.Subject(proof.identity().toString(), proof.node(), proof.how()),
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

  private Bundle bundle() throws StatusException {
    return Bundle.newBuilder()
        .setTrustDomain(trustDomain.name())
        .addAllRoots(encoded(registrar.authority().bundle()))
        .build();
  }

  private static Iterable<ByteString> encoded(Collection<X509Certificate> certificates)
      throws StatusException {
    var all = new ArrayList<ByteString>();
    for (var certificate : certificates) {
      try {
        all.add(ByteString.copyFrom(certificate.getEncoded()));
      } catch (CertificateEncodingException broken) {
        throw Status.INTERNAL.withDescription("see the log").withCause(broken).asException();
      }
    }
    return all;
  }
}
