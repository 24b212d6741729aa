@NullMarked
package io.tombolo.identity;

import org.jspecify.annotations.NullMarked;
