/// Real etcd, kube-apiserver, Consul and Envoy, and separated networks for them, for tests.
@NullMarked
package io.tombolo.testbed;

import org.jspecify.annotations.NullMarked;
