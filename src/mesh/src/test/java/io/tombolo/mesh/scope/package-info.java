@NullMarked
package io.tombolo.mesh.scope;

import org.jspecify.annotations.NullMarked;
