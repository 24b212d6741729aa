/// `mesh.tombolo.io/v1`: what is served beside `v1alpha1`, with the same fields.
@NullMarked
package io.tombolo.kubernetes.v1;

import org.jspecify.annotations.NullMarked;
