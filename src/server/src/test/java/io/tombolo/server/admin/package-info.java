@NullMarked
package io.tombolo.server.admin;

import org.jspecify.annotations.NullMarked;
