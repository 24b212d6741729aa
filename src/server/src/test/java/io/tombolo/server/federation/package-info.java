@NullMarked
package io.tombolo.server.federation;

import org.jspecify.annotations.NullMarked;
