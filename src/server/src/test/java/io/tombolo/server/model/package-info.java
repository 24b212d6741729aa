@NullMarked
package io.tombolo.server.model;

import org.jspecify.annotations.NullMarked;
