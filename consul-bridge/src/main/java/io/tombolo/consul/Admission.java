package io.tombolo.consul;

import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.EndpointSet;
import io.tombolo.mesh.catalog.Ip;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Workload;
import io.tombolo.mesh.identity.SpiffeId;
import java.net.InetAddress;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// Which instances of one service are let in as endpoints. The others are quarantined.
final class Admission {
  private static final String APP_ADDRESS = "tombolo-app-address";
  private static final String PROXY_PORT = "tombolo-proxy-port";
  private static final int LONGEST_ID = 253;

  private final ConsulWorld world;
  private final ServiceId service;
  private final SpiffeId identity;

  /// On which node each ID was registered first.
  private final Map<String, String> nodeOfId = new HashMap<>();

  Admission(ConsulWorld world, ServiceId service) {
    this.world = world;
    this.service = service;
    this.identity =
        SpiffeId.consulService(
            world.trustDomain(), service.namespace(), service.source().name(), service.name());
  }

  EndpointSet of(List<Instance> instances) {
    var endpoints = new ArrayList<Endpoint>();
    var quarantined = new ArrayList<EndpointSet.Quarantined>();
    for (var instance : instances) {
      try {
        endpoints.add(endpoint(instance));
      } catch (IllegalArgumentException refused) {
        var reason = String.valueOf(refused.getMessage());
        quarantined.add(new EndpointSet.Quarantined(Names.printable(instance.row()), reason));
      }
    }
    return new EndpointSet(service, "", endpoints, quarantined);
  }

  private Endpoint endpoint(Instance instance) {
    requireId(instance);
    var address = address(instance);
    var network = network(address);
    var own = Ip.parse(address);
    if (instance.port() < 1 || instance.port() > 65535) {
      throw new IllegalArgumentException(
          "Port: %d is not within 1 to 65535; register the port that the service listens on"
              .formatted(instance.port()));
    }
    return new Endpoint(
        new Workload(world.source(), service.namespace(), instance.id(), identity),
        "",
        own.getHostAddress(),
        instance.port(),
        appAddress(instance, own),
        proxyPort(instance),
        network,
        zone(instance),
        instance.health(),
        instance.weight());
  }

  /// An ID tells the workloads of a datacenter apart, so it must be sound and not be taken.
  private void requireId(Instance instance) {
    var id = instance.id();
    if (id.isEmpty() || id.length() > LONGEST_ID || !id.chars().allMatch(Admission::allowed)) {
      throw new IllegalArgumentException(
          "ID: \"%s\" must have 1 to %d of a-z, A-Z, 0-9, '.', '-' and '_'; register the instance"
                  .formatted(Names.printable(id), LONGEST_ID)
              + " under such an ID");
    }
    var node = instance.node().name();
    var first = nodeOfId.putIfAbsent(id, node);
    if (first != null) {
      throw new IllegalArgumentException(
          "ID: \"%s\" is already that of an instance on node %s; give each instance an ID of its"
                  .formatted(id, Names.printable(first))
              + " own, for it is the name of its proxy");
    }
  }

  private static boolean allowed(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_';
  }

  private static String address(Instance instance) {
    return instance.address().isEmpty() ? instance.node().address() : instance.address();
  }

  private String network(String address) {
    return switch (world.networks().place(address, world.network())) {
      case Networks.Place.In(var network) -> network;
      case Networks.Place.Refused(var reason) -> throw new IllegalArgumentException(reason);
    };
  }

  private static String appAddress(Instance instance, InetAddress own) {
    var wanted = instance.meta().getOrDefault(APP_ADDRESS, "127.0.0.1");
    try {
      var address = Ip.parse(wanted);
      if (address.isLoopbackAddress() || address.equals(own)) {
        return address.getHostAddress();
      }
    } catch (IllegalArgumentException notAnAddress) {
      // Refused below, with all that is not acceptable.
    }
    throw new IllegalArgumentException(
        "Meta.%s: \"%s\" must be a loopback address or the instance's own (%s)"
            .formatted(APP_ADDRESS, Names.printable(wanted), own.getHostAddress()));
  }

  private static int proxyPort(Instance instance) {
    var wanted = instance.meta().get(PROXY_PORT);
    if (wanted == null) {
      return Endpoint.PROXY_PORT;
    }
    try {
      return Port.requireValid(Integer.parseInt(wanted));
    } catch (IllegalArgumentException notAPort) {
      throw new IllegalArgumentException(
          "Meta.%s: \"%s\" must be a port, 1 to 65535"
              .formatted(PROXY_PORT, Names.printable(wanted)),
          notAPort);
    }
  }

  private static String zone(Instance instance) {
    var zone = instance.zone().isEmpty() ? instance.node().zone() : instance.zone();
    return Names.printable(zone);
  }
}
