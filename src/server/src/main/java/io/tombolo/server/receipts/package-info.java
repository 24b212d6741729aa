/// Receipts of the running control plane.
@NullMarked
package io.tombolo.server.receipts;

import org.jspecify.annotations.NullMarked;
