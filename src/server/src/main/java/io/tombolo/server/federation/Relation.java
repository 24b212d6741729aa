package io.tombolo.server.federation;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.net.URI;
import java.nio.file.Path;
import java.util.Optional;

/// How the bundle of another trust domain is come by (SPIFFE Federation, section 5.1).
///
/// @param url of its bundle endpoint
public record Relation(TrustDomain trustDomain, URI url, Profile profile) {
  private static final int LONGEST_NAME = 240;

  /// How the endpoint is authenticated (section 5.2).
  public sealed interface Profile {
    /// By its host name, as a web site.
    ///
    /// @param authorities a PEM file with them; those of the system if empty
    record Web(Optional<Path> authorities) implements Profile {}

    /// By its X.509-SVID.
    ///
    /// @param endpoint its identity
    /// @param bootstrap a file with the bundle to begin with. It is there if the endpoint is of the
    ///   trust domain whose bundle it serves, and only then.
    record Spiffe(SpiffeId endpoint, Optional<Path> bootstrap) implements Profile {}
  }

  /// @throws IllegalArgumentException if this is no endpoint of the profile; the message says why
  public Relation {
    if (trustDomain.name().length() > LONGEST_NAME) {
      throw new IllegalArgumentException(
          "a trust domain to federate with has at most %d characters".formatted(LONGEST_NAME));
    }
    if (!"https".equals(url.getScheme()) || url.getHost() == null) {
      throw new IllegalArgumentException("url: must be https://<host>...");
    }
    if (url.getRawUserInfo() != null || url.getRawFragment() != null) {
      throw new IllegalArgumentException("url: must have no user and no fragment");
    }
    if (profile instanceof Profile.Spiffe(var endpoint, var bootstrap)) {
      requireBeginning(endpoint.trustDomain().equals(trustDomain), bootstrap.isPresent());
    }
  }

  private static void requireBeginning(boolean servesItself, boolean bootstrap) {
    if (servesItself && !bootstrap) {
      throw new IllegalArgumentException(
          "bootstrap-bundle: missing; whom to trust at first cannot be taken from the network, so"
              + " get a bundle of the trust domain from its operators, into a file");
    }
    if (!servesItself && bootstrap) {
      throw new IllegalArgumentException(
          "bootstrap-bundle: leave it out; the endpoint is authenticated by the bundle of its own"
              + " trust domain");
    }
  }
}
