/// What has become of a change: which proxies have it, which do not, and why.
@NullMarked
package io.tombolo.xds.receipt;

import org.jspecify.annotations.NullMarked;
