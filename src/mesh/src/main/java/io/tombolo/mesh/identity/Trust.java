package io.tombolo.mesh.identity;

import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.List;

/// Whom a host trusts.
///
/// @param own the bundle of its own trust domain
/// @param federated the bundles of others, by trust domain
/// @param retiring roots of its own that sign no more: an SVID that leads to one is to be renewed
///   now
public record Trust(TrustBundle own, List<TrustBundle> federated, List<X509Certificate> retiring) {
  public Trust {
    retiring = List.copyOf(retiring);
    federated =
        federated.stream().sorted(Comparator.comparing(one -> one.trustDomain().name())).toList();
    if (federated.stream().anyMatch(one -> one.trustDomain().equals(own.trustDomain()))) {
      throw new IllegalArgumentException(
          "the bundle of %s is its own authority's, not another's".formatted(own.trustDomain()));
    }
  }

  /// With no root that retires.
  public Trust(TrustBundle own, List<TrustBundle> federated) {
    this(own, federated, List.of());
  }

  public static Trust of(TrustBundle own) {
    return new Trust(own, List.of());
  }
}
