/// The control plane as a Quarkus application: configuration and wiring.
@NullMarked
package io.tombolo.server;

import org.jspecify.annotations.NullMarked;
