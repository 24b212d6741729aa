@NullMarked
package io.tombolo.kubernetes;

import org.jspecify.annotations.NullMarked;
