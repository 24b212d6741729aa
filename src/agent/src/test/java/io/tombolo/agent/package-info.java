/// Tests of the agent, with a real Envoy where it is the subject.
@NullMarked
package io.tombolo.agent;

import org.jspecify.annotations.NullMarked;
