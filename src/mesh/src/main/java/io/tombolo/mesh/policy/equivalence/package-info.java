/// Do two policies decide alike? If not, on which request do they differ?
@NullMarked
package io.tombolo.mesh.policy.equivalence;

import org.jspecify.annotations.NullMarked;
