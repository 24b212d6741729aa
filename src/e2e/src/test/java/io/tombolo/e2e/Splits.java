package io.tombolo.e2e;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Requests to a called service are split between it and another with the same backends, by routes
/// that come, change and go. Whatever they say, every request has an answer.
final class Splits implements Changes {
  private static final List<Integer> PORTS = List.of(8080, 8081);
  private static final String ANNEX = "annex";

  private final Kubernetes kubernetes;
  private final Written written;
  private final Map<Integer, Boolean> present = new HashMap<>();
  private int step;

  Splits(Market market, Written written) {
    this.kubernetes = market.worlds().kubernetes();
    this.written = written;
    kubernetes.service(ANNEX, TwoWorlds.PORTS);
    kubernetes.create(
        Kubernetes.slices(),
        Kubernetes.slice(
            ANNEX,
            TwoWorlds.PORTS,
            List.of(market.row("shelf", true, false), market.row("shelfb", true, false))));
    kubernetes.intention(
        ANNEX,
        """
        {"destination": {"name": "annex"},
         "sources": [{"world": "consul", "name": "stock", "action": "allow"},
           {"name": "till", "action": "allow"}]}
        """);
  }

  @Override
  public int make(Random random) {
    int port = PORTS.get(random.nextInt(PORTS.size()));
    if (present.getOrDefault(port, false) && random.nextInt(4) == 0) {
      delete(port);
    } else {
      write(port, random);
    }
    return 1;
  }

  private void write(int port, Random random) {
    step++;
    var rules = new StringBuilder();
    rules.append(
        """
        [{"matches": [{"headers": [{"name": "x-step", "value": "%d"}]}],
          "backendRefs": [{"name": "annex", "port": %d}]},
        """
            .formatted(step, port));
    if (random.nextBoolean()) {
      rules.append(
          """
          {"matches": [{"path": {"type": "Exact", "value": "/"}}, {"method": "POST"}],
           "backendRefs": [{"name": "annex", "port": %d}]},
          """
              .formatted(port));
    }
    rules.append(
        """
        {"backendRefs": [{"name": "shelf", "port": %d, "weight": %d},
          {"name": "annex", "port": %d, "weight": %d}]}]
        """
            .formatted(port, random.nextInt(3), port, 1 + random.nextInt(3)));
    kubernetes.route(name(port), "shelf", port, rules.toString());
    present.put(port, true);
    written.put(name(port), "" + step);
  }

  private void delete(int port) {
    kubernetes.delete(Kubernetes.routes() + "/" + name(port));
    present.put(port, false);
    written.drop(name(port));
  }

  private static String name(int port) {
    return "shelf-" + port;
  }

  @Override
  public void undo() {
    PORTS.stream().filter(port -> present.getOrDefault(port, false)).forEach(this::delete);
    kubernetes.deleteIntention(ANNEX);
    kubernetes.delete(Kubernetes.slices() + "/" + ANNEX);
    kubernetes.delete(Kubernetes.core("services") + "/" + ANNEX);
  }
}
