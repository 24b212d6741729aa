package io.tombolo.mesh.traffic;

import java.time.Instant;

/// A flow that was seen.
///
/// @param calls how many times
/// @param first when first, to the second
/// @param last when last, to the second
public record Seen(Flow flow, long calls, Instant first, Instant last) {}
