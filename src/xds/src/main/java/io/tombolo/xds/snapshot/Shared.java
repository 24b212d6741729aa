package io.tombolo.xds.snapshot;

import java.util.Map;

/// What a group of proxies is told alike: the sidecars of a network, or its mesh gateways.
///
/// @param listeners without those that a proxy declares itself
record Shared(
    Map<String, Resource> clusters,
    Map<String, Resource> endpoints,
    Map<String, Resource> listeners,
    Map<String, Resource> routes) {}
