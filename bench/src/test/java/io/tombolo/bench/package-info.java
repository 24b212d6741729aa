@NullMarked
package io.tombolo.bench;

import org.jspecify.annotations.NullMarked;
