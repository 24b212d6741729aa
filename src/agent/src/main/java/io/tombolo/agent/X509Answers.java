package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.api.workload.X509BundlesResponse;
import io.tombolo.api.workload.X509SVID;
import io.tombolo.api.workload.X509SVIDResponse;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustBundle;

/// The messages of the Workload API's X.509 profile (Workload API, section 5). There are no CRLs
/// and no bundles of other trust domains.
final class X509Answers {
  private X509Answers() {}

  static X509SVIDResponse svids(Svid svid, TrustBundle bundle) {
    return X509SVIDResponse.newBuilder()
        .addSvids(
            X509SVID
                .newBuilder()
                .setSpiffeId(svid.identity().toString())
                .setX509Svid(SpiffeCertificates.toDer(svid.chain()))
                .setX509SvidKey(ByteString.copyFrom(svid.keyDer()))
                .setBundle(SpiffeCertificates.toDer(bundle.roots())))
        .build();
  }

  static X509BundlesResponse bundles(TrustBundle bundle) {
    return X509BundlesResponse.newBuilder()
        .putBundles(
            new SpiffeId(bundle.trustDomain(), "").toString(),
            SpiffeCertificates.toDer(bundle.roots()))
        .build();
  }
}
