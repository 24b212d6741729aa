package io.tombolo.cli.demo;

import io.tombolo.cli.demo.Ports.Listening;
import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.scope.Upstream;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/// Who is who in examples/two-worlds.
final class Shop {
  static final TrustDomain TRUST_DOMAIN = new TrustDomain("shop.example");
  private static final int APP_PORT = 8080;
  private static final int FIRST_UPSTREAM = 9001;

  static final Member LEDGER = vm("ledger", "127.0.2.20", "orders");
  static final Member BILLING = vm("billing", "127.0.2.10", "ledger", "orders");
  static final Member ORDERS = pod("orders", "orders-84d6b", "127.0.1.20");
  static final Member WEB = pod("web", "web-5f7c9", "127.0.1.10", "billing", "ledger", "orders");
  static final List<Member> MEMBERS = List.of(WEB, ORDERS, BILLING, LEDGER);
  static final List<Gateway> GATEWAYS =
      List.of(new Gateway("pods", "127.0.1.254"), new Gateway("vms", "127.0.2.254"));

  /// What becomes of each call, as the examples are written.
  static final List<Call> CALLS =
      List.of(
          new Call(WEB, BILLING, true),
          new Call(BILLING, ORDERS, true),
          new Call(WEB, ORDERS, true),
          new Call(BILLING, LEDGER, true),
          new Call(WEB, LEDGER, false),
          new Call(LEDGER, ORDERS, false));

  private Shop() {}

  /// A workload with its proxy.
  ///
  /// @param calls the members it has an upstream for, by name
  record Member(
      String name,
      String kind,
      String node,
      ServiceId service,
      SpiffeId identity,
      String address,
      String network,
      List<String> calls) {
    /// Where its proxy makes another member available to it.
    Listening upstream(Member other) {
      return new Listening(address, FIRST_UPSTREAM + calls.indexOf(other.name()));
    }

    List<Upstream> upstreams() {
      return calls.stream().map(Shop::named).map(this::declared).toList();
    }

    private Upstream declared(Member other) {
      var at = upstream(other);
      return new Upstream(other.called(), 0, at.address(), at.port());
    }

    private String called() {
      return network.equals("pods") ? name + "." + service.namespace() : name;
    }

    /// Its name in TLS.
    String sni() {
      return Destination.sni(service, new Port("http", APP_PORT, Protocol.HTTP), TRUST_DOMAIN);
    }

    Listening application() {
      return new Listening(address, APP_PORT);
    }
  }

  /// The mesh gateway of a network.
  record Gateway(String network, String address) {
    static final int PORT = 15443;

    String node() {
      return "gateway/" + network + "/gateway-1";
    }

    String name() {
      return "gateway-" + network;
    }
  }

  /// A call, and whether it is to get through.
  record Call(Member from, Member to, boolean allowed) {
    /// The network whose gateway it passes, or empty if it goes straight to the other proxy.
    String gateway() {
      return from.network().equals(to.network()) ? "" : to.network();
    }

    @Override
    public String toString() {
      return from.name() + " -> " + to.name();
    }
  }

  /// Every address that something of the shop listens on.
  static List<Listening> addresses() {
    var all = new ArrayList<Listening>();
    for (var member : MEMBERS) {
      all.add(member.application());
      all.add(new Listening(member.address(), Endpoint.PROXY_PORT));
      IntStream.range(0, member.calls().size())
          .forEach(i -> all.add(new Listening(member.address(), FIRST_UPSTREAM + i)));
    }
    GATEWAYS.forEach(gateway -> all.add(new Listening(gateway.address(), Gateway.PORT)));
    return all;
  }

  private static Member named(String name) {
    return MEMBERS.stream().filter(member -> member.name().equals(name)).findFirst().orElseThrow();
  }

  private static Member pod(String name, String pod, String address, String... calls) {
    var service = new ServiceId(SourceId.kubernetes("cluster-1"), "shop", name);
    return new Member(
        name,
        "pod",
        service.source() + "/shop/" + pod,
        service,
        SpiffeId.serviceAccount(TRUST_DOMAIN, "shop", name),
        address,
        "pods",
        List.of(calls));
  }

  private static Member vm(String name, String address, String... calls) {
    var service = new ServiceId(SourceId.consul("dc1"), "default", name);
    return new Member(
        name,
        "VM",
        service.source() + "/default/" + name + "-1",
        service,
        SpiffeId.consulService(TRUST_DOMAIN, "default", "dc1", name),
        address,
        "vms",
        List.of(calls));
  }
}
