package io.tombolo.e2e;

import io.tombolo.testbed.Traffic;
import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import java.util.Random;

/// Services that are called from the moment that every proxy has heard of them, and are deleted
/// when nobody calls them any more.
final class Newcomers implements Changes {
  private static final List<String> PROTOCOLS = List.of("http", "grpc", "tcp");

  private static final class Slot {
    final int number;
    int port;
    boolean present;
    List<Traffic> calls = List.of();

    Slot(int number) {
      this.number = number;
    }

    String name() {
      return "fresh-" + number;
    }
  }

  private final Market market;
  private final Written written;
  private final List<Slot> slots = new ArrayList<>();
  private final List<Traffic.Tally> ended = new ArrayList<>();

  Newcomers(Market market, Written written) {
    this.market = market;
    this.written = written;
    for (int number = 0; number < Market.SLOTS; number++) {
      slots.add(new Slot(number));
    }
  }

  @Override
  public int make(Random random) {
    var slot = slots.get(random.nextInt(slots.size()));
    if (!slot.present) {
      create(slot, random);
    } else if (slot.calls.isEmpty()) {
      return 0;
    } else {
      delete(slot, random);
    }
    return 3;
  }

  private void create(Slot slot, Random random) {
    var kubernetes = market.worlds().kubernetes();
    slot.port = 8080 + random.nextInt(PROTOCOLS.size());
    slot.present = true;
    var protocol = PROTOCOLS.get(slot.port - 8080);
    var ports =
        """
        [{"name": "main", "port": %d, "protocol": "TCP", "appProtocol": "%s"}]
        """
            .formatted(slot.port, protocol);
    var rows =
        random.nextBoolean()
            ? List.of(market.row("shelf", true, false))
            : List.of(market.row("shelf", true, false), market.row("shelfb", true, false));
    inAnyOrder(
        random,
        () -> kubernetes.intention(slot.name(), allowed(slot)),
        () -> kubernetes.service(slot.name(), ports),
        () -> kubernetes.create(Kubernetes.slices(), Kubernetes.slice(slot.name(), ports, rows)));
    written.put(id(slot) + " step", "0");
    written.put(id(slot) + " port " + slot.port, protocol);
    rows.forEach(row -> written.put(id(slot) + " endpoint " + row.pod() + "-1", "healthy"));
    written.put(destination(slot) + "consul/default/stock", "allow");
    written.put(destination(slot) + "kubernetes/shop/till", "allow");
  }

  private static String allowed(Slot slot) {
    return """
    {"destination": {"name": "%s"},
     "sources": [{"world": "consul", "name": "stock", "action": "allow"},
       {"name": "till", "action": "allow"}]}
    """
        .formatted(slot.name());
  }

  private void delete(Slot slot, Random random) {
    var kubernetes = market.worlds().kubernetes();
    stop(slot);
    inAnyOrder(
        random,
        () -> kubernetes.deleteIntention(slot.name()),
        () -> kubernetes.delete(Kubernetes.core("services") + "/" + slot.name()),
        () -> kubernetes.delete(Kubernetes.slices() + "/" + slot.name()));
    slot.present = false;
    written.drop(id(slot) + " ");
    written.drop(destination(slot));
  }

  private static void inAnyOrder(Random random, Runnable... writes) {
    var order = new ArrayList<>(List.of(writes));
    Collections.shuffle(order, random);
    order.forEach(Runnable::run);
  }

  private static String id(Slot slot) {
    return "kubernetes/%s/shop/%s".formatted(TwoWorlds.CLUSTER, slot.name());
  }

  private static String destination(Slot slot) {
    return "kubernetes/shop/%s rule ".formatted(slot.name());
  }

  @Override
  public void applied() {
    for (var slot : slots) {
      if (slot.present && slot.calls.isEmpty()) {
        slot.calls =
            Market.CALLERS.stream()
                .map(from -> market.calls(from, slot.number, slot.port))
                .toList();
      }
    }
  }

  private void stop(Slot slot) {
    for (var calls : slot.calls) {
      calls.awaitMore(2);
      ended.add(tally(calls));
    }
    slot.calls = List.of();
  }

  private static Traffic.Tally tally(Traffic calls) {
    try {
      return calls.stop();
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException("interrupted", e);
    }
  }

  /// Ends all calls, and says what became of them, each from the first on.
  List<Traffic.Tally> stop() {
    slots.forEach(this::stop);
    return List.copyOf(ended);
  }

  @Override
  public void undo() {
    slots.stream().filter(slot -> slot.present).forEach(slot -> delete(slot, new Random(0)));
  }
}
