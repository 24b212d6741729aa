/// Measures the control plane from outside: a real Kubernetes API with a synthetic mesh on one
/// side, simulated proxies on the other.
@NullMarked
package io.tombolo.bench;

import org.jspecify.annotations.NullMarked;
