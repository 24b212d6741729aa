package io.tombolo.server.admin;

import io.tombolo.identity.Rollover;
import io.tombolo.identity.Roots;
import jakarta.ws.rs.GET;
import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.ServiceUnavailableException;
import jakarta.ws.rs.core.MediaType;
import jakarta.ws.rs.core.Response;
import java.io.IOException;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Locale;
import java.util.Objects;
import java.util.TreeSet;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// The REST API of the roots and their rollover.
@Path("/v1/roots")
@Produces(MediaType.APPLICATION_JSON)
public class RootsResource {
  private static final Logger LOG = Logger.getLogger(RootsResource.class);
  private final Admin admin;

  public RootsResource(Admin admin) {
    this.admin = admin;
  }

  /// @param phase settled, spreading or reissuing
  /// @param since when the phase began, ISO-8601 in UTC
  /// @param source where intermediates come from
  /// @param sequence of the bundle
  /// @param hosts how many live SVIDs the rollover looks at
  /// @param waitingFor those that keep it in its phase
  /// @param skipped those that it does not wait for
  /// @param trouble what keeps the authority from going on; null if nothing does
  record RootsPage(
      String phase,
      String since,
      boolean paused,
      String source,
      long sequence,
      List<RootPage> roots,
      int hosts,
      List<Rollover.Laggard> waitingFor,
      List<String> skipped,
      @Nullable String trouble) {}

  /// @param state signing, coming or retiring
  /// @param fingerprint SHA-256 of the DER, in hex
  record RootPage(String state, String fingerprint, String subject, String expires) {}

  /// @param action start, pause, resume, back or skip
  /// @param host for skip: a node id or a SPIFFE ID
  record RolloverRequest(@Nullable String action, @Nullable String host) {}

  @GET
  public RootsPage roots() {
    var report = admin.rollover().report();
    var roots = admin.registrar().authority().roots();
    return new RootsPage(
        roots.phase().name().toLowerCase(Locale.ROOT),
        roots.since().toString(),
        roots.paused(),
        admin.registrar().authority().source().toString(),
        admin.trust().trust().own().sequence(),
        roots.trusted().stream().map(root -> page(root, roots)).toList(),
        report.hosts(),
        report.waitingFor(),
        List.copyOf(new TreeSet<>(roots.skipped())),
        report.trouble().orElse(null));
  }

  private static RootPage page(X509Certificate root, Roots roots) {
    var state =
        root.equals(roots.signing())
            ? "signing"
            : roots.coming().filter(root::equals).isPresent() ? "coming" : "retiring";
    return new RootPage(
        state,
        Roots.fingerprint(root),
        root.getSubjectX500Principal().getName(),
        root.getNotAfter().toInstant().toString());
  }

  /// Begins a rollover, or tells one what to do.
  @POST
  public RootsPage act(@Nullable RolloverRequest request) {
    var action = request == null ? "" : Objects.requireNonNullElse(request.action(), "");
    var host = request == null ? "" : Objects.requireNonNullElse(request.host(), "");
    try {
      switch (action) {
        case "start" -> admin.rollover().start();
        case "pause" -> admin.rollover().pause(true);
        case "resume" -> admin.rollover().pause(false);
        case "back" -> admin.rollover().back();
        case "skip" -> admin.rollover().skip(host);
        default ->
            throw AdminResource.problem("action: one of start, pause, resume, back and skip");
      }
    } catch (IllegalArgumentException | IllegalStateException wrong) {
      throw AdminResource.problem(Objects.requireNonNull(wrong.getMessage()));
    } catch (IOException broken) {
      LOG.errorf("Roots: %s", broken.getMessage());
      throw new ServiceUnavailableException(
          Response.status(Response.Status.SERVICE_UNAVAILABLE)
              .entity(new Pages.Problem(String.valueOf(broken.getMessage())))
              .build());
    }
    LOG.infof("Roots: %s by the admin token", action);
    return roots();
  }
}
