/// A directory as a source: Kubernetes manifests and files in Consul's formats, watched for
/// changes.
@NullMarked
package io.tombolo.directory;

import org.jspecify.annotations.NullMarked;
