package io.tombolo.server.policy;

import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.equivalence.Comparison;
import io.tombolo.mesh.policy.equivalence.Equivalence;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Two sets of policies compared at every port of every service.
///
/// @param rows by service and port
public record PolicyDiff(List<Row> rows) {
  /// How many callers of the catalog are tried in the place of a made-up one.
  private static final int MOST_CALLERS = 1000;

  /// One of the two sets.
  ///
  /// @param mode how its intentions are read
  public record Side(Candidate candidate, Mode mode) {}

  /// @param title what the service is called
  /// @param reference what `tombolo decide` knows it by
  /// @param source what it knows the caller by, if they differ; else empty
  public record Row(
      String title, String reference, Port port, String source, Comparison comparison) {}

  /// @param live the mesh whose services and identities are meant
  public static PolicyDiff of(Mesh live, Side one, Side other) {
    var services = other.candidate().serving(one.candidate().serving(live.catalog()));
    var first = one.candidate().in(services, live.settings().with(one.mode()));
    var second = other.candidate().in(services, live.settings().with(other.mode()));
    var assumed = Assumed.of(List.of(first, second));
    var facts = assumed.items().stream().<Fact>map(Fact.Registered::new).toList();
    return new Comparing(
            first.then(first.catalog().with(facts)),
            second.then(second.catalog().with(facts)),
            assumed)
        .diff();
  }

  private static final class Comparing {
    private record Pair(InboundPolicy one, InboundPolicy other, Port port) {}

    private final Mesh one;
    private final Mesh other;
    private final Assumed assumed;
    private final Equivalence equivalence = new Equivalence();
    private final Map<Pair, Comparison> known = new HashMap<>();
    private final Map<SpiffeId, String> callers;

    Comparing(Mesh one, Mesh other, Assumed assumed) {
      this.one = one;
      this.other = other;
      this.assumed = assumed;
      this.callers = References.ofCallers(one, MOST_CALLERS);
      var gateway = SpiffeId.meshGateway(one.settings().trustDomain(), "any");
      callers.put(gateway, gateway.toString());
    }

    PolicyDiff diff() {
      var rows = new ArrayList<Row>();
      one.catalog().services().values().stream()
          .sorted(Comparator.comparing(Service::id))
          .forEach(service -> service.ports().forEach(port -> rows.add(row(service, port))));
      return new PolicyDiff(rows);
    }

    private Row row(Service service, Port port) {
      var comparison = compared(service, port);
      return new Row(
          assumed.titles().getOrDefault(service.id(), service.id().toString()),
          References.of(service, one.naming(), World.CONSUL),
          port,
          comparison instanceof Comparison.Different different
              ? callers.getOrDefault(
                  different.request().caller(), different.request().caller().toString())
              : "",
          comparison);
    }

    /// At all of its workloads; what is first found of the first at which they are not equal.
    private Comparison compared(Service service, Port port) {
      var first = policy(one, service);
      var second = policy(other, service);
      var workloads = one.catalog().identitiesOf(service.id());
      var pairs =
          workloads.isEmpty()
              ? Stream.of(new Pair(first.at(port), second.at(port), port))
              : workloads.stream()
                  .sorted()
                  .map(id -> new Pair(first.at(id).at(port), second.at(id).at(port), port));
      return pairs
          .distinct()
          .map(pair -> {
            var comparison = known.get(pair);
            if (comparison == null) {
              comparison = familiar(pair, equivalence.compare(pair.one, pair.other, port));
              known.put(pair, comparison);
            }
            return comparison;
          })
          .filter(comparison -> !(comparison instanceof Comparison.Equal))
          .findFirst()
          .orElseGet(Comparison.Equal::new);
    }

    private static InboundPolicy policy(Mesh mesh, Service service) {
      return mesh.policies().getOrDefault(service.id(), InboundPolicy.NOBODY);
    }

    /// With a caller who is there, if the two differ on the same request of such a one.
    private Comparison familiar(Pair pair, Comparison comparison) {
      if (!(comparison instanceof Comparison.Different found)
          || callers.containsKey(found.request().caller())) {
        return comparison;
      }
      return callers.keySet().stream()
          .map(caller -> new Request(caller, found.request().port(), found.request().http()))
          .map(request ->
              new Comparison.Different(
                  request, pair.one.decide(request), pair.other.decide(request)))
          .filter(different -> different.one().allowed() != different.other().allowed())
          .findFirst()
          .orElse(found);
    }
  }
}
