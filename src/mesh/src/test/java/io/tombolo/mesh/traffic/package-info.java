@NullMarked
package io.tombolo.mesh.traffic;

import org.jspecify.annotations.NullMarked;
