package io.tombolo.server.federation;

import io.tombolo.mesh.identity.TrustBundle;
import java.time.Duration;
import java.util.Optional;

/// A bundle as an endpoint serves it.
///
/// @param refreshHint how often to look again, if it says so
public record BundleDocument(TrustBundle bundle, Optional<Duration> refreshHint) {}
