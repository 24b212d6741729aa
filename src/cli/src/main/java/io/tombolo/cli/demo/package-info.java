/// `tombolo demo`: two worlds on one machine, with real proxies.
@NullMarked
package io.tombolo.cli.demo;

import org.jspecify.annotations.NullMarked;
