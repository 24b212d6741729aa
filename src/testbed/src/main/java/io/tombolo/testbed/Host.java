package io.tombolo.testbed;

import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Callable;

/// A host of a [Topology]: a network namespace with a leg in one network or in both, and loopback.
/// It never forwards.
public final class Host implements Place, AutoCloseable {
  private final String name;
  private final Namespace namespace;
  private final Map<Network, String> addresses;
  private final Optional<String> management;

  Host(
      String name,
      Namespace namespace,
      Map<Network, String> addresses,
      Optional<String> management) {
    this.name = name;
    this.namespace = namespace;
    this.addresses = Map.copyOf(addresses);
    this.management = management;
  }

  @Override
  public String name() {
    return name;
  }

  /// Its address in a network.
  ///
  /// @throws IllegalArgumentException if it has no leg there
  public String address(Network network) {
    var address = addresses.get(network);
    if (address == null) {
      throw new IllegalArgumentException(name + " has no leg in " + network.label());
    }
    return address;
  }

  /// The name of the switch's interface to which its leg in a network is plugged.
  String port(Network network) {
    return name + "-" + network.label().charAt(0);
  }

  List<Network> networks() {
    return addresses.keySet().stream().sorted().toList();
  }

  /// The management address of the infrastructure's host; of others, the one that others know,
  /// which the test itself reaches only by [#call].
  @Override
  public String address() {
    return management.orElseGet(this::peerAddress);
  }

  @Override
  public String bindAddress() {
    return "0.0.0.0";
  }

  @Override
  public String peerAddress() {
    return address(addresses.containsKey(Network.VMS) ? Network.VMS : Network.PODS);
  }

  @Override
  public List<String> entering(List<String> command) {
    return namespace.entering(command);
  }

  @Override
  public <T> T call(Callable<T> task) throws Exception {
    return namespace.call(task);
  }

  /// Runs a command here to its end.
  public Command.Result run(String... command) {
    return Command.of(entering(List.of(command))).run();
  }

  /// Leads TCP connections that begin here and go to these addresses to a local port instead, as an
  /// init container does in a pod.
  ///
  /// @throws IllegalStateException if that cannot be set up
  public void redirect(String cidr, int port) {
    must("ip", "route", "add", cidr, "dev", "lo", "src", address());
    must("nft", "add table ip tombolo");
    must("nft", "add chain ip tombolo out { type nat hook output priority -100; }");
    must(
        "nft",
        "add rule ip tombolo out ip daddr %s ip protocol tcp redirect to :%d"
            .formatted(cidr, port));
  }

  private void must(String... command) {
    var result = run(command);
    if (!result.ok()) {
      throw new IllegalStateException(String.join(" ", command) + ": " + result.output());
    }
  }

  Namespace namespace() {
    return namespace;
  }

  /// Takes the host away with everything that runs there.
  @Override
  public void close() {
    namespace.close();
  }
}
