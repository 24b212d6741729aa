@NullMarked
package io.tombolo.server.judging;

import org.jspecify.annotations.NullMarked;
