@NullMarked
package io.tombolo.server.ports;

import org.jspecify.annotations.NullMarked;
