package io.tombolo.server.admin;

import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.explanation.Explanation;
import io.tombolo.mesh.scope.Proxy;
import io.tombolo.server.ports.Connections;
import io.tombolo.server.receipts.Receipts;
import io.tombolo.xds.delivery.Delivery;
import io.tombolo.xds.snapshot.ResourceType;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.PathParam;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CompletableFuture;
import org.jspecify.annotations.Nullable;

/// The REST API: what the mesh is, who may call whom, what each proxy has been told.
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public class AdminResource {
  private final Admin admin;

  public AdminResource(Admin admin) {
    this.admin = admin;
  }

  @GET
  @Path("status")
  public Pages.Status status() {
    return CatalogView.status(
        admin.version(),
        mesh(),
        admin.loop().model().served().isPresent() && admin.loop().failure().isEmpty(),
        admin.connections().all().size());
  }

  @GET
  @Path("catalog")
  public Pages.CatalogPage catalog() {
    return CatalogView.catalog(mesh());
  }

  @GET
  @Path("intentions")
  public Pages.IntentionsPage intentions() {
    return CatalogView.intentions(mesh(), admin.elsewhere().get());
  }

  /// Where strict meshes and Consul read intentions otherwise, and what they do not do.
  @GET
  @Path("intentions/lint")
  public Pages.FindingsPage lint() {
    return CatalogView.findings(mesh());
  }

  @GET
  @Path("routes")
  public Pages.RoutesPage routes() {
    return RoutesView.routes(mesh());
  }

  /// May `source` (a SPIFFE ID, or a service with one identity) call `destination`, and by which
  /// rule? A request is asked about where its method, path or headers are given, a connection
  /// otherwise. Where workloads of several identities serve it, any of them.
  ///
  /// @param port of the destination; its first if not given
  /// @param headers lines of `name: value`
  /// @param claims of verified tokens, lines of `provider:name/of/name=text`
  @GET
  @Path("decision")
  public Pages.DecisionPage decision(
      @QueryParam("source") @Nullable String source,
      @QueryParam("destination") @Nullable String destination,
      @QueryParam("port") @Nullable String port,
      @QueryParam("method") @Nullable String method,
      @QueryParam("path") @Nullable String path,
      @QueryParam("headers") @Nullable String headers,
      @QueryParam("claims") @Nullable String claims) {
    var asked =
        AskedRequest.of(
            mesh(),
            new AskedRequest.Query(source, destination, port, method, path, headers, claims));
    var explanation = asked.explained();
    return new Pages.DecisionPage(
        asked.request().caller().toString(),
        asked.service().id().toString(),
        explanation.situation().allowed(),
        rule(explanation.decision()),
        why(explanation));
  }

  /// The name of the rule that decided; null if none did.
  static @Nullable String rule(Decision decision) {
    return decision instanceof Decision.Ruled ruled ? ruled.by().name() : null;
  }

  static String why(Explanation explanation) {
    var situation = explanation.situation();
    var why = why(situation.request().caller(), explanation.decision());
    return explanation.exempt()
        ? "intentions about it are not enforced (%s); they would deny it: %s"
            .formatted(situation.policy().enforcement().label(), why)
        : why;
  }

  static String why(SpiffeId caller, Decision decision) {
    return switch (decision) {
      case Decision.Ruled ruled -> ruled.by().why();
      case Decision.Banned() -> caller + " is banned; see: tombolo bans";
      case Decision.Ambiguous(var header) ->
          ("header %s, which rules look at, comes more than once, is a list, or has a blank at an"
                  + " end: denied")
              .formatted(header);
      case Decision.Defaulted(var action) ->
          "no intention matches: %s by default"
              .formatted(action == Intention.Action.ALLOW ? "allowed" : "denied");
    };
  }

  @GET
  @Path("proxies")
  public Pages.ProxiesPage proxies() {
    record Asked(Connections.Connection connection, CompletableFuture<Delivery> delivery) {}

    var revision = mesh().catalog().revision();
    var asked = admin.connections().all().stream().map(c -> new Asked(c, c.delivery())).toList();
    return new Pages.ProxiesPage(
        revision, asked.stream().map(a -> proxy(a.connection, a.delivery.join())).toList());
  }

  /// What has become of a revision: which proxies have it, which do not, and why.
  ///
  /// @param revision a number, or `newest`
  /// @param wait seconds to wait until no proxy is pending
  @GET
  @Path("receipts/{revision}")
  public Pages.ReceiptPage receipt(
      @PathParam("revision") String revision, @QueryParam("wait") @Nullable String wait)
      throws InterruptedException {
    var receipts = admin.receipts();
    long asked =
        revision.equals("newest")
            ? receipts.newest()
            : number("revision", revision, Long.MAX_VALUE);
    long most = Receipts.LONGEST_WAIT.toSeconds();
    var atMost = Duration.ofSeconds(wait == null ? 0 : number("wait", wait, most));
    return receipts
        .await(asked, atMost)
        .map(ReceiptPages::of)
        .orElseThrow(() ->
            new NotFoundException(
                Response.status(Response.Status.NOT_FOUND)
                    .entity(new Pages.Problem(untold(asked, receipts.newest())))
                    .build()));
  }

  private static String untold(long revision, long newest) {
    return revision <= newest
        ? "no proxy has been told of revision %d yet: a source was not read yet".formatted(revision)
        : ("there is no revision %d yet; the newest is %d. Revisions start anew when the control"
                + " plane does")
            .formatted(revision, newest);
  }

  static long number(String name, String text, long most) {
    if (!text.matches("[0-9]{1,18}") || Long.parseLong(text) > most) {
      throw problem("%s must be a whole number from 0 to %d".formatted(name, most));
    }
    return Long.parseLong(text);
  }

  /// Makes a one-use token by which a workload that is not a pod, or a mesh gateway, joins.
  @POST
  @Path("tokens")
  public Pages.TokenPage token(Pages.@Nullable TokenRequest request) {
    if (request == null) {
      throw problem("a JSON object is needed");
    }
    return JoinTokenPage.issue(admin, mesh(), request);
  }

  private Mesh mesh() {
    return admin.loop().model().mesh();
  }

  private static Pages.ProxyPage proxy(Connections.Connection connection, Delivery delivery) {
    var proxy = connection.proxy();
    return new Pages.ProxyPage(
        proxy.nodeId(),
        proxy.identity().toString(),
        switch (proxy.role()) {
          case Proxy.Role.Sidecar() -> "sidecar";
          case Proxy.Role.GrpcServer() -> "grpc-server";
          case Proxy.Role.MeshGateway() -> "mesh-gateway";
        },
        proxy.network(),
        connection.since().toString(),
        delivery.applied(),
        text(delivery.appliedAt()),
        types(delivery),
        delivery.declined());
  }

  private static List<Pages.TypePage> types(Delivery delivery) {
    return delivery.types().entrySet().stream()
        .sorted(Map.Entry.comparingByKey())
        .map(entry -> type(entry.getKey(), entry.getValue()))
        .toList();
  }

  private static Pages.TypePage type(ResourceType type, Delivery.OfType told) {
    return new Pages.TypePage(
        type.name(),
        told.sent(),
        told.acked(),
        text(told.ackedAt()),
        told.refused().stream()
            .map(r -> new Pages.Refusal(r.resources(), r.message(), r.at().toString()))
            .toList());
  }

  private static @Nullable String text(@Nullable Instant time) {
    return time == null ? null : time.toString();
  }

  static String required(String name, @Nullable String value) {
    if (value == null || value.isBlank()) {
      throw problem("query parameter " + name + " is needed");
    }
    return value;
  }

  static BadRequestException problem(String text) {
    return new BadRequestException(
        Response.status(Response.Status.BAD_REQUEST).entity(new Pages.Problem(text)).build());
  }
}
