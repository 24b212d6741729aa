/// Policies that are not in force: what they would mean in the mesh as it is.
@NullMarked
package io.tombolo.server.policy;

import org.jspecify.annotations.NullMarked;
