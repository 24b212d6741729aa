/// The whole product against real parts: what a user would notice.
@NullMarked
package io.tombolo.e2e;

import org.jspecify.annotations.NullMarked;
