@NullMarked
package io.tombolo.server.policy;

import org.jspecify.annotations.NullMarked;
