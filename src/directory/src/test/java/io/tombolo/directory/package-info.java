@NullMarked
package io.tombolo.directory;

import org.jspecify.annotations.NullMarked;
