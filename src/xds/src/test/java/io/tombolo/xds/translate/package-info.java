@NullMarked
package io.tombolo.xds.translate;

import org.jspecify.annotations.NullMarked;
