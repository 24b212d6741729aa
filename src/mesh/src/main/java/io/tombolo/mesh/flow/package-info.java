/// How a fact becomes the next snapshot: inbox, memoised tables, latest value.
@NullMarked
package io.tombolo.mesh.flow;

import org.jspecify.annotations.NullMarked;
