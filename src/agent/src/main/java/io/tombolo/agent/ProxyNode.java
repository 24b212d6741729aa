package io.tombolo.agent;

import io.tombolo.mesh.scope.Upstream;
import java.util.List;

/// How a proxy presents itself to the control plane.
///
/// @param id `<world>/<source>/<namespace>/<instance>`, or `gateway/<network>/<name>`
/// @param cluster the workload's name, for the reader of statistics
/// @param upstreams if not empty, the proxy listens for these services and hears of no others
public record ProxyNode(
    String id, String cluster, String network, String zone, List<Upstream> upstreams) {
  public ProxyNode {
    upstreams = List.copyOf(upstreams);
  }
}
