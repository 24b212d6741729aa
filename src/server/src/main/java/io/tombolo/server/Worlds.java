package io.tombolo.server;

import io.tombolo.consul.ConsulSource;
import io.tombolo.directory.DirectorySource;
import io.tombolo.kubernetes.KubernetesSource;
import io.tombolo.kubernetes.ServiceAccountTokens;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The configured sources, and for each cluster who checks its service account tokens.
record Worlds(List<Source> sources, Map<String, ServiceAccountTokens> clusters) {
}
