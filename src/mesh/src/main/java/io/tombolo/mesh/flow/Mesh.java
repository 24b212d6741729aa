package io.tombolo.mesh.flow;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Destination;
import io.tombolo.mesh.catalog.Endpoint;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Naming;
import io.tombolo.mesh.catalog.SameName;
import io.tombolo.mesh.catalog.Service;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Trie;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Adoption;
import io.tombolo.mesh.policy.Finding;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intentions;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Policies;
import io.tombolo.mesh.route.Choice;
import io.tombolo.mesh.route.Routes;
import io.tombolo.mesh.scope.Visibility;
import io.tombolo.mesh.traffic.Reporting;
import java.util.List;
import java.util.Map;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// The whole mesh at one moment: what every source said, and what follows from it. Immutable; a
/// pure function of catalog and settings.
///
/// @param intentions of all sources
/// @param routes of all sources
/// @param destinations by service, one for each of its ports
/// @param policies who may call each service
/// @param servedBy what each workload serves, by [io.tombolo.mesh.catalog.Workload#nodeId]
/// @param choices what may become of requests to each service that routes are about, by port
public record Mesh(
    Settings settings,
    Catalog catalog,
    Naming naming,
    Intentions intentions,
    Routes routes,
    Trie<ServiceId, List<Destination>> destinations,
    Trie<ServiceId, InboundPolicy> policies,
    Trie<String, List<Served>> servedBy,
    Trie<ServiceId, Map<Integer, List<Choice>>> choices) {

  /// What holds for the whole mesh and comes from configuration.
  ///
  /// @param gateways the mesh gateways of each network, as others reach them
  /// @param visibility which services sidecars are told of
  /// @param mode how intentions are read
  /// @param adoption what intentions do
  /// @param reporting what proxies report of the calls that reach them
  public record Settings(
      TrustDomain trustDomain,
      SameName sameName,
      Map<String, List<Gateway>> gateways,
      Visibility visibility,
      Mode mode,
      Adoption adoption,
      Reporting reporting) {
    public Settings {
      gateways = Map.copyOf(gateways);
    }

    /// Where intentions decide, and nothing is reported.
    public Settings(
        TrustDomain trustDomain,
        SameName sameName,
        Map<String, List<Gateway>> gateways,
        Visibility visibility,
        Mode mode) {
      this(trustDomain, sameName, gateways, visibility, mode, Adoption.ENFORCED, Reporting.OFF);
    }

    /// Of a strict mesh.
    public Settings(
        TrustDomain trustDomain,
        SameName sameName,
        Map<String, List<Gateway>> gateways,
        Visibility visibility) {
      this(trustDomain, sameName, gateways, visibility, Mode.STRICT);
    }

    /// The gateways by which what this service has in other networks is reached, by network.
    public Map<String, List<Gateway>> gatewaysTo(Service service) {
      return service.exported() ? gateways : Map.of();
    }

    /// The same, with intentions read in another way.
    public Settings with(Mode another) {
      return new Settings(
          trustDomain, sameName, gateways, visibility, another, adoption, reporting);
    }
  }

  /// The address of a mesh gateway.
  public record Gateway(String address, int port) {}

  /// A service that a workload serves at an endpoint.
  public record Served(Service service, Endpoint endpoint) {}

  /// The mesh of which nothing is known.
  public static Mesh nothing(Settings settings) {
    return new Mesh(
        settings,
        Catalog.of(List.of()),
        Naming.of(List.of(), settings.sameName()),
        Intentions.NONE,
        Routes.NONE,
        Trie.empty(),
        Trie.empty(),
        Trie.empty(),
        Trie.empty());
  }

  /// The mesh that follows from this catalog, derived from nothing.
  public static Mesh of(Catalog catalog, Settings settings) {
    return nothing(settings).then(catalog);
  }

  /// The mesh that follows from the next catalog, equal to what [#of] gives. Only what depends on a
  /// difference between the two catalogs is derived again.
  public Mesh then(Catalog next) {
    return new Step(this, next).mesh();
  }

  /// What its intentions mean, for questions that [#policies] does not answer. Made anew each time.
  public Policies meaning() {
    return new Policies(
        intentions, catalog, naming, settings.trustDomain(), settings.mode(), settings.adoption());
  }

  /// What those who wrote intentions should know.
  public Stream<Finding> findings() {
    var written =
        intentions.byDestination().values().stream()
            .flatMap(List::stream)
            .flatMap(tried -> Finding.of(tried.intention()));
    return Stream.concat(written, misplaced());
  }

  /// By policy object, what is wrong with where its intentions are to hold.
  public Map<Key, List<String>> errors() {
    return misplaced()
        .collect(
            Collectors.groupingBy(
                found -> found.intention().writtenIn().object(),
                Collectors.mapping(
                    found ->
                        "%s: %s (%s)"
                            .formatted(found.where(), found.code().meaning(), found.code().label()),
                    Collectors.toList())));
  }

  private Stream<Finding> misplaced() {
    return catalog.services().values().stream()
        .flatMap(service ->
            Finding.at(service, policies.getOrDefault(service.id(), InboundPolicy.NOBODY)));
  }
}
