@NullMarked
package io.tombolo.mesh.flow;

import org.jspecify.annotations.NullMarked;
