package io.tombolo.e2e;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/// Endpoints of called services come and go as in a rollout: one is ready, then not, then gone,
/// then back but not ready. Each step waits until every proxy has heard of the one before, and one
/// backend of each service stays. None ever stops serving.
final class Backends implements Changes {
  private static final String PODS = "kubernetes/%s/shop/shelf".formatted(TwoWorlds.CLUSTER);
  private static final String VMS = "consul/dc1/default/stock";

  private enum Phase {
    SERVING,
    LEAVING,
    GONE,
    ARRIVING
  }

  private enum World {
    POD,
    VM
  }

  private static final class Backend {
    final World world;
    final String name;
    final boolean mayGo;
    Phase phase = Phase.SERVING;
    String health = "healthy";
    boolean settled = true;

    Backend(World world, String name, boolean mayGo) {
      this.world = world;
      this.name = name;
      this.mayGo = mayGo;
    }
  }

  private final Market market;
  private final Written written;
  private final List<Backend> all =
      List.of(
          new Backend(World.POD, "shelf", true),
          new Backend(World.POD, "shelfb", true),
          // It calls, too, under the identity of the instance.
          new Backend(World.VM, "stock", false),
          new Backend(World.VM, "stockb", true));
  private int step;
  private boolean wide;

  Backends(Market market, Written written) {
    this.market = market;
    this.written = written;
    kubernetes().create(Kubernetes.slices(), slice());
    for (int port = 8080; port <= 8082; port++) {
      written.put(PODS + " port " + port, List.of("http", "grpc", "tcp").get(port - 8080));
    }
    written.put(PODS + " step", "0");
    written.put(VMS + " step", "0");
    written.put(VMS + " port 8080", "http");
    all.forEach(this::note);
  }

  private Kubernetes kubernetes() {
    return market.worlds().kubernetes();
  }

  @Override
  public int make(Random random) {
    if (random.nextInt(6) == 0) {
      return service(random);
    }
    var backend = all.get(random.nextInt(all.size()));
    if (!backend.settled || (backend.phase == Phase.SERVING && !otherServes(backend))) {
      return 0;
    }
    backend.phase = next(backend, random);
    backend.health = health(backend, random);
    backend.settled = false;
    write(backend);
    note(backend);
    return 1;
  }

  private boolean otherServes(Backend backend) {
    return all.stream()
        .anyMatch(other ->
            other != backend
                && other.world == backend.world
                && other.phase == Phase.SERVING
                && other.settled);
  }

  private static Phase next(Backend backend, Random random) {
    return switch (backend.phase) {
      case SERVING -> Phase.LEAVING;
      case LEAVING -> backend.mayGo && random.nextBoolean() ? Phase.GONE : Phase.SERVING;
      case GONE -> Phase.ARRIVING;
      case ARRIVING -> Phase.SERVING;
    };
  }

  private static String health(Backend backend, Random random) {
    return switch (backend.phase) {
      case SERVING -> backend.world == World.VM && random.nextInt(4) == 0 ? "degraded" : "healthy";
      case LEAVING -> backend.world == World.POD && random.nextBoolean() ? "draining" : "unhealthy";
      case GONE -> "";
      case ARRIVING -> "unhealthy";
    };
  }

  private void write(Backend backend) {
    switch (backend.world) {
      case POD ->
          kubernetes()
              .change(
                  Kubernetes.slices() + "/shelf",
                  slice -> slice.set("endpoints", Kubernetes.parsed(slice()).path("endpoints")));
      case VM -> writeVm(backend);
    }
  }

  private void writeVm(Backend backend) {
    var consul = market.worlds().consul();
    var id = instance(backend);
    if (backend.phase == Phase.GONE) {
      consul.deregister(id);
    } else {
      var status =
          switch (backend.health) {
            case "healthy" -> "passing";
            case "degraded" -> "warning";
            default -> "critical";
          };
      consul.instance(
          "stock", id, market.worlds().the(backend.name).host().address(), 8080, status);
    }
  }

  private static String instance(Backend backend) {
    return switch (backend.world) {
      case POD -> backend.name + "-1";
      case VM -> backend.name.equals("stock") ? "stock-1" : "stock-2";
    };
  }

  private String slice() {
    var rows = new ArrayList<Kubernetes.Row>();
    for (var backend : all) {
      if (backend.world == World.POD && backend.phase != Phase.GONE) {
        rows.add(
            market.row(
                backend.name, backend.health.equals("healthy"), backend.health.equals("draining")));
      }
    }
    return Kubernetes.slice("shelf", ports(true), rows);
  }

  /// Labels of the service that is called, and one port more or less.
  private int service(Random random) {
    step++;
    wide ^= random.nextBoolean();
    kubernetes()
        .change(
            Kubernetes.core("services") + "/shelf",
            service -> {
              ((ObjectNode) service.path("metadata")).putObject("labels").put("step", "" + step);
              ((ObjectNode) service.path("spec")).set("ports", Kubernetes.parsed(ports(wide)));
            });
    written.put(PODS + " step", "" + step);
    written.drop(PODS + " port 9090");
    if (wide) {
      written.put(PODS + " port 9090", "http");
    }
    return 1;
  }

  private static String ports(boolean wide) {
    var extra =
        """
        , {"name": "extra", "port": 9090, "targetPort": 8080, "protocol": "TCP",
           "appProtocol": "http"}]
        """;
    return wide ? TwoWorlds.PORTS.strip().replaceFirst("]$", extra) : TwoWorlds.PORTS;
  }

  private void note(Backend backend) {
    var fact = (backend.world == World.POD ? PODS : VMS) + " endpoint " + instance(backend);
    written.drop(fact);
    if (backend.phase != Phase.GONE) {
      written.put(fact, backend.health);
    }
  }

  @Override
  public void applied() {
    all.forEach(backend -> backend.settled = true);
  }
}
