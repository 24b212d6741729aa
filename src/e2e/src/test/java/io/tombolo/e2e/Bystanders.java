package io.tombolo.e2e;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.Set;

/// Services in Kubernetes that nobody calls come, change and go, at times by dozens. Two pods that
/// declare no upstreams may call them, so that their proxies have a cluster, endpoints, a listener
/// and routes of each.
final class Bystanders implements Changes {
  private static final int MOST = 48;
  private static final List<String> PROTOCOLS = List.of("http", "grpc", "tcp");
  private static final List<String> PODS = List.of("shelf", "shelfb", "till");

  private final Market market;
  private final Written written;
  private final Map<Integer, Boolean> present = new HashMap<>();
  private final Set<Integer> hidden = new HashSet<>();
  private int step;

  Bystanders(Market market, Written written) {
    this.market = market;
    this.written = written;
    for (int slot = 0; slot < MOST; slot++) {
      show(slot);
    }
  }

  private Kubernetes kubernetes() {
    return market.worlds().kubernetes();
  }

  @Override
  public int make(Random random) {
    return random.nextInt(40) == 0 ? many(random) : one(random.nextInt(MOST), random);
  }

  private int many(Random random) {
    int first = random.nextInt(MOST);
    int changes = 0;
    boolean add = random.nextBoolean();
    for (int i = 0; i < MOST / 2; i++) {
      int slot = (first + i) % MOST;
      if (add != present.containsKey(slot)) {
        changes += add ? add(slot, random, "") : delete(slot);
      }
    }
    return changes;
  }

  private int one(int slot, Random random) {
    var sliced = present.get(slot);
    if (sliced == null) {
      return add(slot, random, "");
    }
    return switch (random.nextInt(6)) {
      case 0 -> delete(slot);
      case 1 -> sliced ? unslice(slot) : slice(slot, random);
      case 2 -> handOver(slot, random);
      case 3 -> hidden.contains(slot) ? show(slot) : hide(slot);
      default -> alter(slot, random);
    };
  }

  private int add(int slot, Random random, String address) {
    step++;
    var protocol = PROTOCOLS.get(random.nextInt(PROTOCOLS.size()));
    kubernetes()
        .create(
            Kubernetes.core("services"),
            """
            {"metadata": {"name": "%s", "labels": {"step": "%d"}},
             "spec": {%s "ports": %s}}
            """
                .formatted(name(slot), step, address, ports(protocol)));
    present.put(slot, false);
    note(slot, protocol);
    return random.nextBoolean() ? 1 + slice(slot, random) : 1;
  }

  /// Labels and the protocol of its port: a listener that has routes or none, another cluster.
  private int alter(int slot, Random random) {
    step++;
    var protocol = PROTOCOLS.get(random.nextInt(PROTOCOLS.size()));
    kubernetes()
        .change(
            service(slot),
            service -> {
              ((ObjectNode) service.path("metadata")).putObject("labels").put("step", "" + step);
              ((ObjectNode) service.path("spec")).set("ports", Kubernetes.parsed(ports(protocol)));
            });
    note(slot, protocol);
    return 1;
  }

  private int slice(int slot, Random random) {
    var pod = PODS.get(random.nextInt(PODS.size()));
    kubernetes()
        .create(
            Kubernetes.slices(),
            Kubernetes.slice(name(slot), ports("http"), List.of(market.row(pod, true, false))));
    present.put(slot, true);
    written.put(id(slot) + " endpoint " + pod + "-1", "healthy");
    return 1;
  }

  private int unslice(int slot) {
    kubernetes().delete(Kubernetes.slices() + "/" + name(slot));
    present.put(slot, false);
    written.drop(id(slot) + " endpoint ");
    return 1;
  }

  private int delete(int slot) {
    int changes = Boolean.TRUE.equals(present.get(slot)) ? unslice(slot) : 0;
    kubernetes().delete(service(slot));
    present.remove(slot);
    written.drop(id(slot) + " ");
    return changes + 1;
  }

  /// Another service gets the virtual address of this one.
  private int handOver(int slot, Random random) {
    int heir = (slot + 1) % MOST;
    if (present.containsKey(heir)) {
      return 0;
    }
    var address = kubernetes().send("GET", service(slot), "", "").path("spec").path("clusterIP");
    int changes = delete(slot);
    return changes + add(heir, random, "\"clusterIP\": %s,".formatted(address));
  }

  /// Lets two call it that declare no upstreams: whoever may not is not told of it.
  private int show(int slot) {
    kubernetes()
        .intention(
            name(slot),
            """
            {"destination": {"name": "%s"},
             "sources": [{"serviceAccount": "shelf", "action": "allow"},
               {"serviceAccount": "shelfb", "action": "allow"}]}
            """
                .formatted(name(slot)));
    hidden.remove(slot);
    for (var pod : List.of("shelf", "shelfb")) {
      written.put("kubernetes/shop/" + name(slot) + " rule serviceaccount/shop/" + pod, "allow");
    }
    return 1;
  }

  private int hide(int slot) {
    kubernetes().deleteIntention(name(slot));
    hidden.add(slot);
    written.drop("kubernetes/shop/" + name(slot) + " ");
    return 1;
  }

  private void note(int slot, String protocol) {
    written.put(id(slot) + " step", "" + step);
    written.put(id(slot) + " port 8080", protocol);
  }

  private static String ports(String protocol) {
    return """
    [{"name": "main", "port": 8080, "protocol": "TCP", "appProtocol": "%s"}]
    """
        .formatted(protocol);
  }

  private static String name(int slot) {
    return "noise-" + slot;
  }

  private static String id(int slot) {
    return "kubernetes/%s/shop/%s".formatted(TwoWorlds.CLUSTER, name(slot));
  }

  private static String service(int slot) {
    return Kubernetes.core("services") + "/" + name(slot);
  }

  @Override
  public void undo() {
    List.copyOf(present.keySet()).forEach(this::delete);
    for (int slot = 0; slot < MOST; slot++) {
      if (!hidden.contains(slot)) {
        hide(slot);
      }
    }
  }
}
