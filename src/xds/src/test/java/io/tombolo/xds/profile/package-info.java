/// Requests that proxies and applications may read differently, sent to a real Envoy.
@NullMarked
package io.tombolo.xds.profile;

import org.jspecify.annotations.NullMarked;
