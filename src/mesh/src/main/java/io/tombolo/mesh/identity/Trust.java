package io.tombolo.mesh.identity;

import java.util.Comparator;
import java.util.List;

/// Whom a host trusts.
///
/// @param own the bundle of its own trust domain
/// @param federated the bundles of others, by trust domain
public record Trust(TrustBundle own, List<TrustBundle> federated) {
  public Trust {
    federated =
        federated.stream().sorted(Comparator.comparing(one -> one.trustDomain().name())).toList();
    if (federated.stream().anyMatch(one -> one.trustDomain().equals(own.trustDomain()))) {
      throw new IllegalArgumentException(
          "the bundle of %s is its own authority's, not another's".formatted(own.trustDomain()));
    }
  }

  public static Trust of(TrustBundle own) {
    return new Trust(own, List.of());
  }
}
