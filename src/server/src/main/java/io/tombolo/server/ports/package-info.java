/// What proxies and agents talk to: ADS and the Identity service on one mTLS port.
@NullMarked
package io.tombolo.server.ports;

import org.jspecify.annotations.NullMarked;
