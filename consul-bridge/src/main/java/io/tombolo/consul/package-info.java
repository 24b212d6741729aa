/// Consul: what is registered there, read by blocking queries and said as facts.
///
/// [io.tombolo.consul.ConsulWorld] is the pure conversion, [io.tombolo.consul.ConsulSource] reads a
/// datacenter, [io.tombolo.consul.ConsulFile] reads Consul's own file formats.
@NullMarked
package io.tombolo.consul;

import org.jspecify.annotations.NullMarked;
