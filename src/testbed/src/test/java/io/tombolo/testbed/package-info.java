@NullMarked
package io.tombolo.testbed;

import org.jspecify.annotations.NullMarked;
