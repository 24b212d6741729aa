/// Benchmarks of translation and encoding alone, by JMH.
@NullMarked
package io.tombolo.bench.micro;

import org.jspecify.annotations.NullMarked;
