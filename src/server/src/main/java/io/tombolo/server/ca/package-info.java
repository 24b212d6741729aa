/// Authorities elsewhere that sign the intermediates of ours.
@NullMarked
package io.tombolo.server.ca;

import org.jspecify.annotations.NullMarked;
