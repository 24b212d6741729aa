package io.tombolo.server.admin;

import io.tombolo.identity.AuditLine;
import io.tombolo.identity.AuditLog;
import io.tombolo.identity.Registrar;
import io.tombolo.identity.StateUnusable;
import jakarta.ws.rs.DELETE;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Objects;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The REST API of identities: what happened with them, who has which SVID, who is banned.
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public class IdentityResource {
  private static final Logger LOG = Logger.getLogger(IdentityResource.class);
  private static final long USUAL_LINES = 100;

  private final Admin admin;

  public IdentityResource(Admin admin) {
    this.admin = admin;
  }

  private Registrar registrar() {
    return admin.registrar();
  }

  /// Lines of the audit log.
  ///
  /// @param after the number of the last line not wanted; the newest lines if it is not there
  /// @param limit how many lines, at most
  /// @param verify `true`: check all of the chain as well
  @GET
  @Path("audit")
  public IdentityPages.AuditPage audit(
      @QueryParam("after") @Nullable String after,
      @QueryParam("limit") @Nullable String limit,
      @QueryParam("verify") @Nullable String verify)
      throws IOException {
    long first = after == null ? -1 : AdminResource.number("after", after, Long.MAX_VALUE);
    long most =
        limit == null ? USUAL_LINES : AdminResource.number("limit", limit, AuditLog.MOST_LINES);
    // First: it looks at the log again, and begins one where it was moved away.
    var trouble = registrar().closed(admin.clock().instant());
    var check = "true".equals(verify) ? IdentityPages.of(registrar().log().verify()) : null;
    return new IdentityPages.AuditPage(
        lines(first, (int) most).stream().map(IdentityPages::of).toList(),
        trouble.orElse(null),
        check);
  }

  /// None if the log is broken before them: `trouble` or the check tells.
  private List<AuditLine> lines(long after, int most) throws IOException {
    try {
      return registrar().log().lines(after, most);
    } catch (StateUnusable broken) {
      LOG.errorf("The audit log cannot be read: %s", broken.getMessage());
      return List.of();
    }
  }

  /// The newest SVID of each identity on each node.
  @GET
  @Path("certs")
  public IdentityPages.CertsPage certs() {
    var now = admin.clock().instant();
    return new IdentityPages.CertsPage(
        registrar().inventory().holding(now).stream().map(IdentityPages::of).toList(),
        Duration.between(now, registrar().authority().end()).toSeconds(),
        registrar().inventory().overdue(now));
  }

  /// The other trust domains that are trusted.
  @GET
  @Path("federation")
  public IdentityPages.FederationPage federation() {
    var now = admin.clock().instant();
    return new IdentityPages.FederationPage(
        admin.federation().standings().stream().map(one -> IdentityPages.of(one, now)).toList());
  }

  @GET
  @Path("bans")
  public IdentityPages.BansPage bans() {
    var trouble = registrar().bans().trouble();
    return new IdentityPages.BansPage(
        registrar().bans().all().stream().map(IdentityPages::of).toList(), trouble.orElse(null));
  }

  /// Bans an identity or a node: no new SVID, no stream.
  @POST
  @Path("bans")
  public IdentityPages.BanPage ban(IdentityPages.@Nullable BanRequest request) {
    if (request == null || request.subject() == null) {
      throw AdminResource.problem("subject: a SPIFFE ID or a node id is needed");
    }
    var subject = request.subject();
    var reason = Objects.requireNonNullElse(request.reason(), "");
    return changed(
        () -> IdentityPages.of(registrar().ban(subject, reason, admin.clock().instant())));
  }

  /// Lifts a ban.
  @DELETE
  @Path("bans")
  public IdentityPages.BanPage unban(@QueryParam("subject") @Nullable String subject) {
    if (subject == null) {
      throw AdminResource.problem("query parameter subject is needed");
    }
    return changed(() ->
        registrar()
            .unban(subject, admin.clock().instant())
            .map(IdentityPages::of)
            .orElseThrow(() ->
                new NotFoundException(
                    answer(Response.Status.NOT_FOUND, "there is no such ban; see: tombolo bans"))));
  }

  private interface Change {
    IdentityPages.BanPage make() throws IOException;
  }

  private static IdentityPages.BanPage changed(Change change) {
    try {
      return change.make();
    } catch (IllegalArgumentException wrong) {
      throw AdminResource.problem(Objects.requireNonNull(wrong.getMessage()));
    } catch (IOException | StateUnusable unwritten) {
      LOG.errorf("Bans: %s", unwritten.getMessage());
      throw new ServiceUnavailableException(
          answer(Response.Status.SERVICE_UNAVAILABLE, String.valueOf(unwritten.getMessage())));
    }
  }

  private static Response answer(Response.Status status, String why) {
    return Response.status(status).entity(new Pages.Problem(why)).build();
  }
}
