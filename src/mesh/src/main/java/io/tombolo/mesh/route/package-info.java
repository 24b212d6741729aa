/// Where requests to services go: routes of every dialect, reduced to one model.
@NullMarked
package io.tombolo.mesh.route;

import org.jspecify.annotations.NullMarked;
