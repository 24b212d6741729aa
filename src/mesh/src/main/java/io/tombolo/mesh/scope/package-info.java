/// What one proxy is, may see and must enforce.
@NullMarked
package io.tombolo.mesh.scope;

import org.jspecify.annotations.NullMarked;
