@NullMarked
package io.tombolo.cli.ca;

import org.jspecify.annotations.NullMarked;
