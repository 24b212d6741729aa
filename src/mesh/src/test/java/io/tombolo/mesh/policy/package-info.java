@NullMarked
package io.tombolo.mesh.policy;

import org.jspecify.annotations.NullMarked;
