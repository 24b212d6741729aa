package io.tombolo.server.ports;

import com.google.protobuf.ByteString;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.Bundle;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.api.identity.v1.WatchBundleRequest;
import io.tombolo.identity.Authority;
import io.tombolo.identity.Csr;
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
  private final Authority authority;
  private final Attestation attestation;
  private final Clock clock;

  public IdentityService(
      TrustDomain trustDomain, Authority authority, Attestation attestation, Clock clock) {
    this.trustDomain = trustDomain;
    this.authority = authority;
    this.attestation = attestation;
    this.clock = clock;
  }

  @Override
  public void attest(AttestRequest request, StreamObserver<Issued> answer) {
    var peer = RemoteAddress.CURRENT.get();
    OwnThread.answer(
        answer,
        "attestation from " + peer,
        () -> issue(request.getCsr(), attestation.identity(request, peer)));
  }

  @Override
  public void renew(RenewRequest request, StreamObserver<Issued> answer) {
    var caller = Caller.IDENTITY.get();
    OwnThread.answer(answer, "renewal of " + caller, () -> issue(request.getCsr(), caller));
  }

  @Override
  public void watchBundle(WatchBundleRequest request, StreamObserver<Bundle> answer) {
    // Stays open: until root rollover exists, the bundle never changes while we run.
    answerFirst(answer);
  }

  private void answerFirst(StreamObserver<Bundle> answer) {
    try {
      answer.onNext(bundle());
    } catch (StatusException broken) {
      answer.onError(broken);
    }
  }

  private Issued issue(ByteString csr, SpiffeId identity) throws StatusException {
    PublicKey key =
        switch (Csr.publicKeyOf(csr.toByteArray())) {
          case Csr.Result.Accepted(var accepted) -> accepted;
          case Csr.Result.Refused(var reason) ->
              throw Status.INVALID_ARGUMENT
                  .withDescription("csr: " + Names.printable(reason))
                  .asException();
        };
    var issued = authority.issue(key, identity, clock.instant());
    LOG.infof("Issued %s", issued);
    return Issued.newBuilder().addAllChain(encoded(issued.chain())).setBundle(bundle()).build();
  }

  private Bundle bundle() throws StatusException {
    return Bundle.newBuilder()
        .setTrustDomain(trustDomain.name())
        .addAllRoots(encoded(authority.bundle()))
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
