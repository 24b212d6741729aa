package io.tombolo.kubernetes;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Party;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.BiConsumer;

/// Reads an `IdentityBinding` of SMI: the identities that it says one workload has. It speaks for
/// accounts of its own namespace only.
final class SmiIdentities {
  private static final String SCHEME = "spiffe://";

  private SmiIdentities() {}

  /// @param problems told the field and what is wrong with it, and the way out
  static List<Party> of(
      TrustDomain own, String namespace, Tree binding, BiConsumer<String, String> problems) {
    binding.onlyKnown(Set.of("spec", "status"), problems);
    binding.object("spec").onlyKnown(Set.of("schemes"), problems);
    var schemes = binding.object("spec").object("schemes");
    schemes.onlyKnown(
        Set.of("serviceAccount", "spiffeIdentities", "podLabelSelector", "podLabelSelectors"),
        problems);
    for (var labels : List.of("podLabelSelector", "podLabelSelectors")) {
      if (schemes.has(labels)) {
        problems.accept(
            schemes.at(labels),
            "not supported, for no certificate proves a label; give the pods a service account of"
                + " their own and name it");
      }
    }
    var parties = new ArrayList<Party>();
    if (schemes.has("serviceAccount")) {
      try {
        parties.add(new Party.Account(namespace, schemes.text("serviceAccount")));
      } catch (IllegalArgumentException bad) {
        problems.accept(schemes.at("serviceAccount"), String.valueOf(bad.getMessage()));
      }
    }
    for (var written : schemes.texts("spiffeIdentities")) {
      try {
        parties.add(identified(own, namespace, written));
      } catch (IllegalArgumentException bad) {
        problems.accept(schemes.at("spiffeIdentities"), String.valueOf(bad.getMessage()));
      }
    }
    if (parties.isEmpty()) {
      problems.accept(
          binding.at("spec.schemes"), "name an identity by serviceAccount or spiffeIdentities");
    }
    return parties;
  }

  private static Party identified(TrustDomain own, String namespace, String written) {
    var id = SpiffeId.parse(written.startsWith(SCHEME) ? written : SCHEME + written);
    if (id.path().isEmpty()) {
      throw new IllegalArgumentException("this is a trust domain, not an identity");
    }
    var strange =
        id.trustDomain().equals(own)
            && Party.of(id)
                .anyMatch(
                    party -> party instanceof Party.Account(var of, _) && !of.equals(namespace));
    if (strange) {
      throw new IllegalArgumentException(
          "%s is of another namespace; write an IdentityBinding there".formatted(id));
    }
    return new Party.Identified(id);
  }
}
