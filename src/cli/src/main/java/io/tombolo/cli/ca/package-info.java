/// The commands that work on the state directory of a control plane itself: what they handle must
/// not pass a port.
@NullMarked
package io.tombolo.cli.ca;

import org.jspecify.annotations.NullMarked;
