package io.tombolo.e2e;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.List;
import java.util.Random;

/// The intentions of called services are written anew, with other sources beside those that call,
/// which stay allowed.
final class Rules implements Changes {
  private static final List<String> OTHERS =
      List.of("web-shop", "orders-shop", "ledger", "vault", "billing");
  private static final String PODS = "kubernetes/shop/shelf rule ";
  private static final String VMS = "stock rule ";

  private final TwoWorlds worlds;
  private final Written written;

  Rules(Market market, Written written) {
    this.worlds = market.worlds();
    this.written = written;
    worlds.kubernetes().intention("shelf", pods(new Random(0)));
    inConsul(new Random(0));
  }

  @Override
  public int make(Random random) {
    if (random.nextBoolean()) {
      inConsul(random);
    } else {
      var spec = Kubernetes.parsed(pods(random));
      worlds
          .kubernetes()
          .change(Kubernetes.intentions() + "/shelf", object -> object.set("spec", spec));
    }
    return 1;
  }

  /// What is to be written for the service of pods.
  private String pods(Random random) {
    var spec =
        (ObjectNode)
            Kubernetes.parsed(
                """
                {"destination": {"name": "shelf"},
                 "sources": [{"world": "consul", "name": "stock", "action": "allow"},
                   {"name": "till", "action": "allow"}]}
                """);
    written.drop(PODS);
    written.put(PODS + "consul/default/stock", "allow");
    written.put(PODS + "kubernetes/shop/till", "allow");
    for (int i = random.nextInt(5); i >= 0; i--) {
      var guest = "guest-%d-%d".formatted(i, random.nextInt(1000));
      var action = action(random);
      ((ArrayNode) spec.path("sources"))
          .addObject()
          .put("serviceAccount", guest)
          .put("action", action);
      written.put(PODS + "serviceaccount/shop/" + guest, action);
    }
    return spec.toString();
  }

  private void inConsul(Random random) {
    written.drop(VMS);
    var sources = new StringBuilder("{\"Name\": \"till-shop\", \"Action\": \"allow\"}");
    written.put(VMS + "till-shop", "allow");
    for (var other : OTHERS) {
      if (random.nextBoolean()) {
        var action = action(random);
        sources.append(", {\"Name\": \"%s\", \"Action\": \"%s\"}".formatted(other, action));
        written.put(VMS + other, action);
      }
    }
    worlds
        .consul()
        .put(
            "/v1/config",
            "{\"Kind\": \"service-intentions\", \"Name\": \"stock\", \"Sources\": [%s]}"
                .formatted(sources));
  }

  private static String action(Random random) {
    return random.nextBoolean() ? "allow" : "deny";
  }

  @Override
  public void undo() {
    worlds.kubernetes().deleteIntention("shelf");
    worlds.consul().deleteIntention("stock");
  }
}
