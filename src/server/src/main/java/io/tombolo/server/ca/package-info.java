/// Authorities other than the built-in one.
@NullMarked
package io.tombolo.server.ca;

import org.jspecify.annotations.NullMarked;
