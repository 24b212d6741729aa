@NullMarked
package io.tombolo.xds.snapshot;

import org.jspecify.annotations.NullMarked;
