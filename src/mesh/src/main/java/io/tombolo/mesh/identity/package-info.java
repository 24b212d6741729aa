/// Who a workload is: SPIFFE IDs and trust domains (SPIFFE-ID, sections 2 and 3).
@NullMarked
package io.tombolo.mesh.identity;

import org.jspecify.annotations.NullMarked;
