package io.tombolo.xds.delivery;

import io.tombolo.mesh.catalog.Names;
import java.util.Collection;
import java.util.List;

/// Types that are not told by this stream, secrets above all.
final class Declined {
  private Declined() {}

  static List<String> of(Collection<String> typeUrls) {
    return typeUrls.stream().map(Declined::sentence).toList();
  }

  private static String sentence(String typeUrl) {
    return typeUrl.endsWith(".tls.v3.Secret")
        ? "secrets are not told by the control plane; ask the agent of the host (cluster sds-agent)"
        : "resources of type \"%s\" are not known here".formatted(Names.printable(typeUrl));
  }
}
