/// How fast identities are issued, over the port as it is shipped.
@NullMarked
package io.tombolo.bench.issuing;

import org.jspecify.annotations.NullMarked;
