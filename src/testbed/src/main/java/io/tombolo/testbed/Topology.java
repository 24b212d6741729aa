package io.tombolo.testbed;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.regex.Pattern;

/// Hosts in two networks, each network a bridge in a namespace that plays the switch, with no route
/// from one to the other. Only gateways and the infrastructure's host have a leg in both, and they
/// do not forward. The test's JVM reaches the infrastructure's host by a link of its own.
///
/// All of it goes at the close, at the end of the JVM however it ends, and else when the next one
/// opens. Belongs to one thread. Needs root.
public final class Topology implements AutoCloseable {
  private static final AtomicInteger OPENED = new AtomicInteger();
  private static final Pattern OURS = Pattern.compile("tb(\\d+)-.*");
  private static final Pattern HOST_NAME = Pattern.compile("[a-z][a-z0-9-]{0,11}");
  private static final String INFRA = "infra";

  private final String run;
  private final Namespace bridges;
  private final Sniffer sniffer;
  private final Map<String, Host> hosts = new LinkedHashMap<>();
  private int next = 2;

  private Topology(String run, Namespace bridges, Sniffer sniffer) {
    this.run = run;
    this.bridges = bridges;
    this.sniffer = sniffer;
  }

  /// Makes the two networks and the infrastructure's host.
  ///
  /// @throws IllegalStateException if this is not root
  public static Topology open() throws IOException {
    requireRoot((int) Files.getAttribute(Path.of("/proc/self"), "unix:uid"));
    removeStale();
    var run = "tb%d-%d".formatted(ProcessHandle.current().pid(), OPENED.incrementAndGet());
    var bridges = Namespace.create(run + "-switch");
    try {
      var topology = new Topology(run, bridges, Sniffer.start(bridges));
      topology.start();
      return topology;
    } catch (IOException | RuntimeException e) {
      bridges.close();
      throw e;
    }
  }

  static void requireRoot(int user) {
    if (user != 0) {
      throw new IllegalStateException(
          "the testbed makes network namespaces, for which it must be root, not user %d: run the"
                  .formatted(user)
              + " build as root");
    }
  }

  private static void removeStale() throws IOException {
    for (var name : Namespace.all()) {
      var matcher = OURS.matcher(name);
      if (matcher.matches() && ProcessHandle.of(Long.parseLong(matcher.group(1))).isEmpty()) {
        Namespace.remove(name);
      }
    }
  }

  private void start() throws IOException {
    try {
      for (var network : Network.values()) {
        bridges.ip(
            "link add %s type bridge".formatted(network.label()),
            "link set %s up".formatted(network.label()));
      }
      var namespace = Namespace.create(run + "-" + INFRA);
      var management = new Management(run + "m");
      plug(new Host(INFRA, namespace, addresses(Network.values()), management.plug(namespace)));
    } catch (IOException | RuntimeException e) {
      close();
      throw e;
    }
  }

  /// The host of what both worlds have in common, and of the control plane. Its [Host#address()] is
  /// one that the test's JVM can call.
  public Host infra() {
    return host(INFRA);
  }

  /// Adds a host with a leg in one network.
  ///
  /// @param name 1 to 12 of `a-z`, `0-9` and `-`
  public Host host(String name, Network network) throws IOException {
    return add(name, network);
  }

  /// Adds a host with a leg in each network.
  public Host gateway(String name) throws IOException {
    return add(name, Network.values());
  }

  /// A host that was added before.
  public Host host(String name) {
    var host = hosts.get(name);
    if (host == null) {
      throw new IllegalArgumentException("no host %s, only %s".formatted(name, hosts.keySet()));
    }
    return host;
  }

  private Host add(String name, Network... networks) throws IOException {
    if (!HOST_NAME.matcher(name).matches() || hosts.containsKey(name)) {
      throw new IllegalArgumentException("not a new host's name, 1 to 12 of a-z, 0-9, -: " + name);
    }
    var namespace = Namespace.create(run + "-" + name);
    return plug(new Host(name, namespace, addresses(networks), Optional.empty()));
  }

  private Map<Network, String> addresses(Network... networks) {
    var addresses = new EnumMap<Network, String>(Network.class);
    for (var network : networks) {
      addresses.put(network, network.address(next));
    }
    next++;
    return addresses;
  }

  private Host plug(Host host) {
    hosts.put(host.name(), host);
    for (var network : host.networks()) {
      var port = host.port(network);
      var leg = network.label();
      bridges.ip(
          "link add %s type veth peer name %s netns %s"
              .formatted(port, leg, host.namespace().name()),
          "link set %s master %s".formatted(port, leg),
          "link set %s up".formatted(port));
      sniffer.watch(port, network);
      host.namespace()
          .ip(
              "addr add %s/24 dev %s".formatted(host.address(network), leg),
              "link set %s up".formatted(leg));
    }
    return host;
  }

  /// The packets that came into one network with an address of outside it as their source: those
  /// that went from network to network other than through a gateway. Must be 0.
  public long crossed() {
    return sniffer.crossings().came();
  }

  /// The packets which hosts have sent to an address outside their network.
  public long attempted() {
    return sniffer.crossings().attempted();
  }

  /// Records from now on what a host's legs carry in TCP.
  public Capture capture(Host host) {
    var ports = new ArrayList<String>();
    for (var network : host.networks()) {
      ports.add(host.port(network));
      sniffer.capture(host.port(network));
    }
    return new Capture(sniffer, List.copyOf(ports));
  }

  @Override
  public void close() {
    sniffer.close();
    hosts.values().forEach(Host::close);
    bridges.close();
  }
}
