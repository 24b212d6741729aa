@NullMarked
package io.tombolo.cli.demo;

import org.jspecify.annotations.NullMarked;
