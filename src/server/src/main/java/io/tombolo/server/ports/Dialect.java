package io.tombolo.server.ports;

import io.envoyproxy.envoy.config.core.v3.Node;
import io.tombolo.xds.delivery.Session;
import java.util.function.Function;
import java.util.function.Supplier;

/// One of the two variants of the xDS transport protocol: delta or state of the world.
///
/// @param node who asks, as a request says it
/// @param begin the protocol's state at the start of a stream
record Dialect<Q>(Function<Q, Node> node, Supplier<Session<Q>> begin) {}
