package io.tombolo.e2e;

import io.tombolo.testbed.Caller;
import io.tombolo.testbed.EchoServer;
import io.tombolo.testbed.Network;
import io.tombolo.testbed.Traffic;
import java.io.IOException;
import java.util.ArrayDeque;
import java.util.ArrayList;
import java.util.Deque;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.function.Supplier;

/// Workloads beside those of the [TwoWorlds], each service with two backends, and calls that go on
/// between them.
///
/// | workload | world | service | its proxy is told |
/// |---|---|---|---|
/// | till | pod | till | what it calls: shelf, stock and up to [#SLOTS] services that come and go |
/// | shelf, shelfb | pods of different identities | shelf | what its identity may call |
/// | stock | VM | stock | what it calls: shelf and those that come and go |
/// | stockb | VM | stock | what its identity may call |
final class Market implements AutoCloseable {
  static final int SLOTS = 8;
  static final List<String> CALLERS = List.of("till", "stock");
  private static final String LOCAL = "127.0.0.1";
  private static final int STOCK = 9004;
  private static final int FIRST_SLOT = 9100;

  private final TwoWorlds worlds;
  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private final Map<String, Kubernetes.Row> rows = new HashMap<>();

  Market(TwoWorlds worlds) throws Exception {
    this.worlds = worlds;
    try {
      populate();
    } catch (Exception | AssertionError e) {
      close();
      throw e;
    }
  }

  /// Calls through a caller that is opened anew for each.
  private record Fresh(Supplier<Caller> open) implements Caller {
    @Override
    public String call(String word) throws IOException {
      try (var caller = open.get()) {
        return caller.call(word);
      }
    }

    @Override
    public long connections() {
      return 0;
    }

    @Override
    public void close() {}
  }

  private void populate() throws Exception {
    worlds.consul().protocol("stock", "http");
    pod("shelf");
    pod("shelfb");
    worlds.kubernetes().service("shelf", TwoWorlds.PORTS);
    vm("stock", "stock-1");
    vm("stockb", "stock-2");
    var upstreams = upstreams();
    worlds.awaitService("consul/dc1/default/stock");
    joined("stock", "stock-1", upstreams);
    joined("stockb", "stock-2", List.of());
    attested("shelf", List.of());
    attested("shelfb", List.of());
    pod("till");
    worlds.kubernetes().service("till", TwoWorlds.PORTS);
    worlds
        .kubernetes()
        .create(
            Kubernetes.slices(),
            Kubernetes.slice("till", TwoWorlds.PORTS, List.of(row("till", true, false))));
    upstreams.add("stock=%s:%d".formatted(LOCAL, STOCK));
    attested("till", upstreams);
    for (var name : List.of("shelf", "shelfb", "stock", "stockb", "till")) {
      worlds.the(name).awaitReady();
    }
  }

  private static List<String> upstreams() {
    var upstreams =
        new ArrayList<>(
            List.of(
                "shelf.shop:8080=127.0.0.1:9001",
                "shelf.shop:8081=127.0.0.1:9002",
                "shelf.shop:8082=127.0.0.1:9003"));
    for (int slot = 0; slot < SLOTS; slot++) {
      upstreams.add("fresh-%d.shop=%s:%d".formatted(slot, LOCAL, FIRST_SLOT + slot));
    }
    return upstreams;
  }

  private void pod(String name) throws Exception {
    var host = worlds.topology().host(name, Network.PODS);
    var listen = new EchoServer.Listen(host.address(), 8080, 8081, 8082);
    opened.push(EchoServer.start(name, host, listen));
    var uid = worlds.kubernetes().pod(name, host);
    rows.put(name, new Kubernetes.Row(name, host.address(), uid, true, false));
  }

  private void attested(String name, List<String> upstreams) throws Exception {
    var node = "kubernetes/%s/%s/%s-1".formatted(TwoWorlds.CLUSTER, Kubernetes.NAMESPACE, name);
    start(
        worlds
            .plan(name, worlds.topology().host(name), node, Network.PODS)
            .attesting(TwoWorlds.CLUSTER, worlds.kubernetes().token(name, "tombolo"))
            .upstreams(upstreams));
  }

  private void vm(String name, String instance) throws Exception {
    var host = worlds.topology().host(name, Network.VMS);
    var listen = new EchoServer.Listen(LOCAL, 8080, 8081, 8082);
    opened.push(EchoServer.start(name, host, listen));
    worlds.consul().instance("stock", instance, host.address(), 8080, "passing");
  }

  private void joined(String name, String instance, List<String> upstreams) throws Exception {
    var service = "consul/dc1/default/stock";
    start(
        worlds
            .plan(name, worlds.topology().host(name), "consul/dc1/default/" + instance, Network.VMS)
            .joining(worlds.controlPlane().token("service", service))
            .upstreams(upstreams));
  }

  private void start(PlanBuilder plan) {
    var workload = worlds.start(plan.plan());
    opened.push(() -> worlds.end(workload));
  }

  /// A pod as it stands in an EndpointSlice.
  Kubernetes.Row row(String pod, boolean ready, boolean terminating) {
    var row = rows.get(pod);
    if (row == null) {
      throw new IllegalArgumentException("no pod " + pod);
    }
    return new Kubernetes.Row(pod, row.address(), row.uid(), ready, terminating);
  }

  /// The calls that go on from beginning to end.
  Map<String, Traffic> standing() {
    var till = worlds.the("till").host();
    var stock = worlds.the("stock").host();
    var traffic = new HashMap<String, Traffic>();
    for (var from : List.of(till, stock)) {
      var to = from.name() + " to shelf, ";
      traffic.put(to + "HTTP", Traffic.start(Caller.http(from, LOCAL, TwoWorlds.HTTP), 40));
      traffic.put(
          to + "new HTTP", Traffic.start(Caller.freshHttp(from, LOCAL, TwoWorlds.HTTP), 30));
      traffic.put(to + "gRPC", Traffic.start(Caller.grpc(from, LOCAL, TwoWorlds.GRPC), 30));
      traffic.put(to + "TCP", Traffic.start(Caller.tcp(from, LOCAL, TwoWorlds.TCP), 30));
      traffic.put(
          to + "new TCP",
          Traffic.start(new Fresh(() -> Caller.tcp(from, LOCAL, TwoWorlds.TCP)), 15));
    }
    traffic.put("till to stock, HTTP", Traffic.start(Caller.http(till, LOCAL, STOCK), 40));
    traffic.put("till to stock, new HTTP", Traffic.start(Caller.freshHttp(till, LOCAL, STOCK), 30));
    traffic.values().forEach(one -> opened.push(one::stop));
    return traffic;
  }

  /// Begins to call the service in a slot.
  ///
  /// @param port what it speaks: 8080 HTTP, 8081 gRPC, 8082 TCP
  Traffic calls(String from, int slot, int port) {
    var host = worlds.the(from).host();
    int local = FIRST_SLOT + slot;
    return Traffic.start(
        switch (port) {
          case 8080 -> Caller.freshHttp(host, LOCAL, local);
          case 8081 -> Caller.grpc(host, LOCAL, local);
          default -> new Fresh(() -> Caller.tcp(host, LOCAL, local));
        },
        10);
  }

  TwoWorlds worlds() {
    return worlds;
  }

  private void delete() {
    for (var service : List.of("shelf", "till")) {
      worlds.kubernetes().delete(Kubernetes.slices() + "/" + service);
      worlds.kubernetes().delete(Kubernetes.core("services") + "/" + service);
    }
    rows.keySet()
        .forEach(pod -> {
          worlds.kubernetes().delete(Kubernetes.core("pods") + "/" + pod + "-1");
          worlds.kubernetes().delete(Kubernetes.core("serviceaccounts") + "/" + pod);
        });
    worlds.consul().deregister("stock-1");
    worlds.consul().deregister("stock-2");
    worlds.consul().delete("/v1/config/service-defaults/stock");
  }

  @Override
  public void close() {
    while (!opened.isEmpty()) {
      try {
        opened.pop().close();
      } catch (Exception e) {
        throw new IllegalStateException("cannot take the market down", e);
      }
    }
    delete();
  }
}
