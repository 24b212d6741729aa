/// Kubernetes to facts: what the objects of one cluster mean for the mesh.
@NullMarked
package io.tombolo.kubernetes;

import org.jspecify.annotations.NullMarked;
