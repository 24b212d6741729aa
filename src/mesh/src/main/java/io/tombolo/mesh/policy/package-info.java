/// Who may talk to whom: intentions of every dialect, reduced to one model.
@NullMarked
package io.tombolo.mesh.policy;

import org.jspecify.annotations.NullMarked;
