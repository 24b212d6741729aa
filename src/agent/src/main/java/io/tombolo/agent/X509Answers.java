package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.api.workload.X509BundlesResponse;
import io.tombolo.api.workload.X509SVID;
import io.tombolo.api.workload.X509SVIDResponse;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;

/// The messages of the Workload API's X.509 profile (Workload API, sections 4.6 and 5). There are
/// no CRLs.
final class X509Answers {
  private X509Answers() {}

  static X509SVIDResponse svids(Svid svid, Trust trust) {
    var response =
        X509SVIDResponse.newBuilder()
            .addSvids(
                X509SVID
                    .newBuilder()
                    .setSpiffeId(svid.identity().toString())
                    .setX509Svid(SpiffeCertificates.toDer(svid.chain()))
                    .setX509SvidKey(ByteString.copyFrom(svid.keyDer()))
                    .setBundle(roots(trust.own())));
    trust.federated().forEach(bundle -> response.putFederatedBundles(id(bundle), roots(bundle)));
    return response.build();
  }

  static X509BundlesResponse bundles(Trust trust) {
    var response = X509BundlesResponse.newBuilder().putBundles(id(trust.own()), roots(trust.own()));
    trust.federated().forEach(bundle -> response.putBundles(id(bundle), roots(bundle)));
    return response.build();
  }

  private static String id(TrustBundle bundle) {
    return new SpiffeId(bundle.trustDomain(), "").toString();
  }

  private static ByteString roots(TrustBundle bundle) {
    return SpiffeCertificates.toDer(bundle.roots());
  }
}
