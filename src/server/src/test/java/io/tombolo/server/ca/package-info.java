@NullMarked
package io.tombolo.server.ca;

import org.jspecify.annotations.NullMarked;
