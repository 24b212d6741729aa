@NullMarked
package io.tombolo.server.flows;

import org.jspecify.annotations.NullMarked;
