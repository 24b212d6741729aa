/// What exists: services, endpoints and sources of both worlds in one immutable snapshot.
@NullMarked
package io.tombolo.mesh.catalog;

import org.jspecify.annotations.NullMarked;
