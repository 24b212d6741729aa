/// Authorities other than the built-in one: such as sign for workloads, or our intermediate.
@NullMarked
package io.tombolo.server.ca;

import org.jspecify.annotations.NullMarked;
