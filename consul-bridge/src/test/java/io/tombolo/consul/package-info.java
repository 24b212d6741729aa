@NullMarked
package io.tombolo.consul;

import org.jspecify.annotations.NullMarked;
