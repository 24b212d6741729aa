/// Why a request is decided as it is, and what would have to be otherwise.
@NullMarked
package io.tombolo.mesh.policy.explanation;

import org.jspecify.annotations.NullMarked;
