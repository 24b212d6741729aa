/// Everything the mesh has to say at one moment, encoded once, and what of it a proxy may see.
@NullMarked
package io.tombolo.xds.snapshot;

import org.jspecify.annotations.NullMarked;
