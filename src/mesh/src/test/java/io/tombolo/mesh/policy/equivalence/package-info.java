@NullMarked
package io.tombolo.mesh.policy.equivalence;

import org.jspecify.annotations.NullMarked;
