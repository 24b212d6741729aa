@NullMarked
package io.tombolo.mesh.policy.explanation;

import org.jspecify.annotations.NullMarked;
