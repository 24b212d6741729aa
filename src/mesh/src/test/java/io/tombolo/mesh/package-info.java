@NullMarked
package io.tombolo.mesh;

import org.jspecify.annotations.NullMarked;
