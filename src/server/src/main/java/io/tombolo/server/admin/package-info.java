/// What people talk to: the REST API and the status page.
@NullMarked
package io.tombolo.server.admin;

import org.jspecify.annotations.NullMarked;
