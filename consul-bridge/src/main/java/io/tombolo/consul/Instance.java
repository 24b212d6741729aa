package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Health;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// One instance of a service as it is registered in Consul. Nothing in it has been checked yet.
///
/// @param kind empty for an ordinary service; `connect-proxy`, `mesh-gateway` and the like
///   otherwise
/// @param address its own address, or empty: then its node's counts
/// @param zone its own zone, or empty: then its node's counts
/// @param virtualAddresses the addresses that Consul gave to the service as a whole
/// @param troubles the checks of its own and of its node that do not pass
public record Instance(
    String service,
    String id,
    String kind,
    Node node,
    String address,
    int port,
    List<String> tags,
    Map<String, String> meta,
    String zone,
    Weights weights,
    List<String> virtualAddresses,
    List<Trouble> troubles) {

  /// Where an instance runs.
  public record Node(String name, String address, String zone) {
    static Node of(Fields node) {
      return new Node(node.text("Node"), node.text("Address"), zoneOf(node));
    }
  }

  /// Its share of the traffic while its checks pass, and while one of them warns.
  public record Weights(int passing, int warning) {}

  /// A check that does not pass.
  ///
  /// @param service the name of the service it is about, or empty: then it is about the node
  /// @param status `warning` or `critical`
  public record Trouble(String node, String service, String check, String status) {
    static Trouble of(Fields check) {
      return new Trouble(
          check.text("Node"),
          check.text("ServiceName"),
          check.text("ServiceID") + "/" + check.text("CheckID"),
          check.text("Status"));
    }
  }

  public Instance {
    tags = List.copyOf(tags);
    meta = Map.copyOf(meta);
    virtualAddresses = List.copyOf(virtualAddresses);
    troubles = List.copyOf(troubles);
  }

  /// A row of `/v1/health/service/<name>`.
  ///
  /// @throws IllegalArgumentException if it is not one; the message names the field
  static Instance ofHealth(JsonNode row) {
    var fields = Fields.of("", row);
    var troubles =
        fields.objects("Checks").stream()
            .filter(check -> !check.text("Status").equals("passing"))
            .map(Trouble::of)
            .toList();
    return of(fields.object("Service"), Node.of(fields.object("Node")), troubles);
  }

  /// A service definition as an agent reads it from a file. A check without status passes.
  static Instance ofDefinition(Fields definition) {
    var node = new Node(definition.text("Node", "directory"), "", "");
    var checks = new ArrayList<>(definition.objects("Checks"));
    if (definition.has("Check")) {
      checks.add(definition.object("Check"));
    }
    var troubles = new ArrayList<Trouble>();
    for (int i = 0; i < checks.size(); i++) {
      var status = checks.get(i).text("Status", "passing");
      if (!status.equals("passing")) {
        troubles.add(new Trouble(node.name(), "", "check-" + i, status));
      }
    }
    return of(definition, node, troubles);
  }

  private static Instance of(Fields service, Node node, List<Trouble> troubles) {
    var name = service.text("Service", service.text("Name"));
    var weights = service.object("Weights");
    return new Instance(
        name,
        service.text("ID", name),
        service.text("Kind"),
        node,
        service.text("Address"),
        service.number("Port", 0),
        service.texts("Tags"),
        service.textEntries("Meta"),
        zoneOf(service),
        new Weights(weights.number("Passing", 1), weights.number("Warning", 1)),
        virtualAddresses(service),
        troubles);
  }

  private static List<String> virtualAddresses(Fields service) {
    return service.entries("TaggedAddresses").entrySet().stream()
        .filter(tagged -> tagged.getKey().equals("consul-virtual"))
        .map(tagged -> Fields.of(tagged.getKey(), tagged.getValue()).text("Address"))
        .toList();
  }

  private static String zoneOf(Fields object) {
    var zone = object.object("Locality").text("Zone");
    return zone.isEmpty() ? object.textEntries("Meta").getOrDefault("zone", "") : zone;
  }

  /// The worst of its checks. Who is not to get traffic while a check warns (weight 0) is unhealthy
  /// then; maintenance is a critical check.
  Health health() {
    if (troubles.stream().anyMatch(trouble -> !trouble.status().equals("warning"))) {
      return Health.UNHEALTHY;
    }
    if (troubles.isEmpty()) {
      return Health.HEALTHY;
    }
    return weights.warning() > 0 ? Health.DEGRADED : Health.UNHEALTHY;
  }

  int weight() {
    int wanted = health() == Health.DEGRADED ? weights.warning() : weights.passing();
    return Math.clamp(wanted, 1, 65535);
  }

  /// What it is called in messages.
  String row() {
    return node.name() + "/" + id;
  }
}
