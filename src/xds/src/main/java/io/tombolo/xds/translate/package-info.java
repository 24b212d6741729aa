/// What Envoy is told, as a pure function of the mesh: one file for each kind of resource.
@NullMarked
package io.tombolo.xds.translate;

import org.jspecify.annotations.NullMarked;
