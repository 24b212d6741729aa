/// What was seen to call what, and what follows from it: which calls another policy would decide
/// otherwise, and which intentions would allow just those calls.
@NullMarked
package io.tombolo.mesh.traffic;

import org.jspecify.annotations.NullMarked;
