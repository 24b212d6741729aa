package io.tombolo.e2e;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// Services in Consul that VMs may call and nobody does come, change and go: their meta, their
/// virtual address, their protocol.
final class Strangers implements Changes {
  private static final int MOST = 24;
  private static final List<String> PROTOCOLS = List.of("http", "grpc", "tcp");

  private final ConsulWorld consul;
  private final Written written;

  /// The protocol of each that is registered or was.
  private final Map<Integer, String> protocols = new HashMap<>();

  private final Map<Integer, Integer> present = new HashMap<>();
  private int step;

  Strangers(Market market, Written written) {
    this.consul = market.worlds().consul();
    this.written = written;
    for (int slot = 0; slot < MOST; slot++) {
      consul.intention(name(slot), "stock", "allow");
      written.put(name(slot) + " rule stock", "allow");
    }
  }

  @Override
  public int make(Random random) {
    int slot = random.nextInt(MOST);
    if (!present.containsKey(slot)) {
      return register(slot);
    }
    return switch (random.nextInt(4)) {
      case 0 -> delete(slot);
      case 1 -> register(slot);
      default -> speak(slot, PROTOCOLS.get(random.nextInt(PROTOCOLS.size())));
    };
  }

  private int register(int slot) {
    step++;
    consul.put(
        "/v1/catalog/register",
        """
        {"Node": "node-%s", "Address": "10.20.0.200",
         "Service": {"Service": "%s", "ID": "%s", "Address": "10.20.0.200", "Port": 8080,
           "Meta": {"step": "%d"},
           "TaggedAddresses": {"consul-virtual": {"Address": "240.0.%d.%d", "Port": 8080}}}}
        """
            .formatted(name(slot), name(slot), name(slot), step, slot, step % 250));
    present.put(slot, step);
    note(slot);
    return 1;
  }

  private int speak(int slot, String protocol) {
    consul.protocol(name(slot), protocol);
    protocols.put(slot, protocol);
    note(slot);
    return 1;
  }

  private int delete(int slot) {
    consul.deregister(name(slot));
    present.remove(slot);
    written.drop(id(slot) + " ");
    return 1;
  }

  private void note(int slot) {
    written.put(id(slot) + " step", "" + present.get(slot));
    written.put(id(slot) + " port 8080", protocols.getOrDefault(slot, "tcp"));
    written.put(id(slot) + " endpoint " + name(slot), "healthy");
  }

  private static String name(int slot) {
    return "drift-" + slot;
  }

  private static String id(int slot) {
    return "consul/dc1/default/" + name(slot);
  }

  @Override
  public void undo() {
    List.copyOf(present.keySet()).forEach(this::delete);
    for (int slot = 0; slot < MOST; slot++) {
      consul.deleteIntention(name(slot));
    }
    protocols.keySet().forEach(slot -> consul.delete("/v1/config/service-defaults/" + name(slot)));
  }
}
