@NullMarked
package io.tombolo.mesh.catalog;

import org.jspecify.annotations.NullMarked;
