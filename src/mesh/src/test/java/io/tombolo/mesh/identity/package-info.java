@NullMarked
package io.tombolo.mesh.identity;

import org.jspecify.annotations.NullMarked;
