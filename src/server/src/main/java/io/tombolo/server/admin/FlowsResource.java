package io.tombolo.server.admin;

import io.tombolo.consul.ProposedEntries;
import io.tombolo.kubernetes.ProposedIntentions;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.traffic.Dialect;
import io.tombolo.mesh.traffic.Learned;
import io.tombolo.mesh.traffic.Seen;
import io.tombolo.mesh.traffic.Simulation;
import io.tombolo.server.flows.Intake;
import io.tombolo.server.policy.Candidate;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// The REST API of the calls that were seen, and what follows from them for intentions.
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public class FlowsResource {
  private final Admin admin;

  public FlowsResource(Admin admin) {
    this.admin = admin;
  }

  /// @param namespace of the services that were called; all if absent
  /// @param since seconds within which they were last seen
  @GET
  @Path("flows")
  public FlowPages.FlowsPage flows(
      @QueryParam("namespace") @Nullable String namespace,
      @QueryParam("since") @Nullable String since) {
    var contents = contents();
    return FlowPages.flows(chosen(contents, namespace, since), contents);
  }

  /// What would become of the calls that were seen if other policies were in force.
  @POST
  @Path("intentions/simulate")
  public FlowPages.SimulationPage simulate(FlowPages.@Nullable SimulationRequest request) {
    if (request == null || request.files() == null || request.files().isEmpty()) {
      throw AdminResource.problem("files: texts by name are needed");
    }
    var contents = contents();
    var live = admin.loop().model().mesh();
    var simulation =
        Simulation.of(
            contents.store().flows(), policy(live), policy(candidate(request, live).in(live)));
    return FlowPages.simulation(simulation, contents);
  }

  private static Candidate candidate(FlowPages.SimulationRequest request, Mesh live) {
    var side = new DiffPages.SideRequest(request.files(), request.apply(), null, null);
    var of = new DiffPages.DiffRequest(null, null, request.datacenter(), request.cluster());
    try {
      return DiffPages.candidate(side, of, live);
    } catch (IllegalArgumentException wrong) {
      throw AdminResource.problem(Objects.requireNonNull(wrong.getMessage()));
    }
  }

  /// The objects that would allow what was allowed, and no other caller.
  ///
  /// @param as `yaml` or `consul`
  /// @param requests `true`: with methods and paths
  @GET
  @Path("intentions/learned")
  public FlowPages.LearnedPage learned(
      @QueryParam("as") @Nullable String as,
      @QueryParam("namespace") @Nullable String namespace,
      @QueryParam("since") @Nullable String since,
      @QueryParam("requests") @Nullable String requests) {
    var contents = contents();
    var chosen = chosen(contents, namespace, since);
    var grain = "true".equals(requests) ? Learned.Grain.REQUESTS : Learned.Grain.CONNECTIONS;
    var mesh = admin.loop().model().mesh();
    return switch (Objects.requireNonNullElse(as, "yaml")) {
      case "yaml" -> {
        var learned = Learned.from(chosen, grain, kubernetes(mesh));
        yield page(ProposedIntentions.yaml(learned.proposals()), learned, contents);
      }
      case "consul" -> {
        var learned = Learned.from(chosen, grain, consul(mesh));
        yield page(ProposedEntries.json(learned.proposals()), learned, contents);
      }
      default -> throw AdminResource.problem("as: must be yaml or consul");
    };
  }

  private static FlowPages.LearnedPage page(
      String text, Learned learned, Intake.Contents contents) {
    return new FlowPages.LearnedPage(
        text, learned.proposals().size(), learned.left(), FlowPages.lost(contents));
  }

  private static Dialect kubernetes(Mesh mesh) {
    return new Dialect.Kubernetes(mesh.meaning(), mesh.settings().trustDomain());
  }

  private static Dialect consul(Mesh mesh) {
    return Dialect.Consul.of(mesh.meaning(), mesh.catalog(), mesh.settings().trustDomain());
  }

  private Intake.Contents contents() {
    return admin
        .flows()
        .orElseThrow(() ->
            AdminResource.problem(
                "no calls are recorded: start the control plane with tombolo.flows.enabled=true"))
        .contents();
  }

  private List<Seen> chosen(
      Intake.Contents contents, @Nullable String namespace, @Nullable String since) {
    var from =
        since == null
            ? Instant.EPOCH
            : admin
                .clock()
                .instant()
                .minus(Duration.ofSeconds(AdminResource.number("since", since, 1_000_000_000)));
    return contents.store().flows().stream()
        .filter(seen -> !seen.last().isBefore(from))
        .filter(
            seen -> namespace == null || seen.flow().destination().namespace().equals(namespace))
        .toList();
  }

  static Simulation.Policy policy(Mesh mesh) {
    return (service, workload, port) -> at(mesh, service, port).map(policy -> policy.at(workload));
  }

  /// Rules that hold at some workloads of the service only are in it.
  private static Optional<InboundPolicy> at(Mesh mesh, ServiceId service, int number) {
    return Optional.ofNullable(mesh.catalog().services().get(service)).stream()
        .flatMap(known -> known.ports().stream())
        .filter(port -> port.number() == number)
        .findFirst()
        .map(port -> mesh.policies().getOrDefault(service, InboundPolicy.NOBODY).at(port));
  }
}
