package io.tombolo.xds.delivery;

import io.tombolo.xds.snapshot.ResourceName;
import org.jspecify.annotations.Nullable;

/// Something that a proxy does not have as it should be.
///
/// @param refusal what the proxy said against it; null if it did not refuse it
public record Lack(ResourceName what, Delivery.@Nullable Refusal refusal) {}
