@NullMarked
package io.tombolo.mesh.route;

import org.jspecify.annotations.NullMarked;
