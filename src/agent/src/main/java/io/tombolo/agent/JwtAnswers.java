package io.tombolo.agent;

import io.tombolo.api.workload.JWTBundlesResponse;
import io.tombolo.api.workload.JWTSVID;
import io.tombolo.api.workload.JWTSVIDResponse;
import io.tombolo.api.workload.ValidateJWTSVIDResponse;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.Trust;
import io.tombolo.mesh.identity.TrustBundle;

/// The messages of the Workload API's JWT profile (Workload API, section 6). There are no hints.
final class JwtAnswers {
  private JwtAnswers() {}

  static JWTSVIDResponse svid(JwtSvids.Held held) {
    return JWTSVIDResponse.newBuilder()
        .addSvids(
            JWTSVID.newBuilder().setSpiffeId(held.identity().toString()).setSvid(held.token()))
        .build();
  }

  /// The bundle of the own trust domain, and those of others that have a key.
  static JWTBundlesResponse bundles(Trust trust) {
    var answer = JWTBundlesResponse.newBuilder();
    put(answer, trust.own());
    trust.federated().stream()
        .filter(bundle -> bundle.jwtKeys().values().stream().anyMatch(JwtKeys::usable))
        .forEach(bundle -> put(answer, bundle));
    return answer.build();
  }

  private static void put(JWTBundlesResponse.Builder answer, TrustBundle bundle) {
    answer.putBundles(new SpiffeId(bundle.trustDomain(), "").toString(), JwtKeys.jwkSet(bundle));
  }

  static ValidateJWTSVIDResponse verified(JwtVerifier.Verified verified) {
    return ValidateJWTSVIDResponse.newBuilder()
        .setSpiffeId(verified.identity().toString())
        .setClaims(verified.claims())
        .build();
  }
}
