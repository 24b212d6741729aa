@NullMarked
package io.tombolo.cli;

import org.jspecify.annotations.NullMarked;
