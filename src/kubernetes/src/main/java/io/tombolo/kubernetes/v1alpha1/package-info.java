/// The objects that we define in Kubernetes: `mesh.tombolo.io/v1alpha1`.
@NullMarked
package io.tombolo.kubernetes.v1alpha1;

import org.jspecify.annotations.NullMarked;
