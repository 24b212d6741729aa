@NullMarked
package io.tombolo.xds;

import org.jspecify.annotations.NullMarked;
