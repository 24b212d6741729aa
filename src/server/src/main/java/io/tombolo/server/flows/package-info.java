/// What proxies report of the calls that reach them.
@NullMarked
package io.tombolo.server.flows;

import org.jspecify.annotations.NullMarked;
