/// The bundles of other trust domains: fetched from their bundle endpoints, kept, and followed
/// (SPIFFE Federation).
@NullMarked
package io.tombolo.server.federation;

import org.jspecify.annotations.NullMarked;
