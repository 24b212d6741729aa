/// The built-in certificate authority: who may be issued what, and where its keys are kept.
@NullMarked
package io.tombolo.identity;

import org.jspecify.annotations.NullMarked;
