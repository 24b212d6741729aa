package io.tombolo.server.federation;

import io.tombolo.mesh.identity.TrustBundle;
import io.tombolo.mesh.identity.TrustDomain;
import java.time.Instant;
import java.util.Optional;

/// How it stands with another trust domain.
///
/// @param url of its bundle endpoint
/// @param bundle the one in force; none: nobody of the trust domain is accepted
/// @param fetched when the endpoint last served it; empty if it is the one to begin with
/// @param trouble why looking last did not work
public record Standing(
    TrustDomain trustDomain,
    String url,
    Optional<TrustBundle> bundle,
    Optional<Instant> fetched,
    Optional<String> trouble) {}
