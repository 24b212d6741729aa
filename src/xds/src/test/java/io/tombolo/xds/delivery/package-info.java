@NullMarked
package io.tombolo.xds.delivery;

import org.jspecify.annotations.NullMarked;
