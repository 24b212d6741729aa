/// How one stream is told what it is to know: the state machines of the two forms of ADS.
@NullMarked
package io.tombolo.xds.delivery;

import org.jspecify.annotations.NullMarked;
