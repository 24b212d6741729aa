/// The thread that owns the model, and what it remembers across restarts.
@NullMarked
package io.tombolo.server.model;

import org.jspecify.annotations.NullMarked;
