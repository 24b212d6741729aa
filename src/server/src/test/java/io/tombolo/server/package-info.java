@NullMarked
package io.tombolo.server;

import org.jspecify.annotations.NullMarked;
