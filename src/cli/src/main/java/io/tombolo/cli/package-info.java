/// The `tombolo` command: reads the control plane, makes join tokens, runs the agent and the demo.
@NullMarked
package io.tombolo.cli;

import org.jspecify.annotations.NullMarked;
