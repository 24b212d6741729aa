/// The host agent: it makes keys, keeps the SVID of one workload fresh and hands it to Envoy and
/// applications.
@NullMarked
package io.tombolo.agent;

import org.jspecify.annotations.NullMarked;
