package io.tombolo.server.admin;

import jakarta.ws.rs.GET;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.QueryParam;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/// The REST API on why a call is decided as it is.
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public class ExplainResource {
  private final Admin admin;

  public ExplainResource(Admin admin) {
    this.admin = admin;
  }

  /// What `GET /v1/decision` says of the same question, and why: what became of each rule, what
  /// would make the answer the other one, which proxies enforce it, and the way there.
  ///
  /// @param claims of verified tokens, lines of `provider:name/of/name=text`
  /// @param all `true`: also the rules about other callers
  @GET
  @Path("explanation")
  public ExplainPages.ExplanationPage explanation(
      @QueryParam("source") @Nullable String source,
      @QueryParam("destination") @Nullable String destination,
      @QueryParam("port") @Nullable String port,
      @QueryParam("method") @Nullable String method,
      @QueryParam("path") @Nullable String path,
      @QueryParam("headers") @Nullable String headers,
      @QueryParam("claims") @Nullable String claims,
      @QueryParam("all") @Nullable String all) {
    var query = new AskedRequest.Query(source, destination, port, method, path, headers, claims);
    return ExplainPages.of(
        AskedRequest.of(admin.loop().model().mesh(), query),
        admin.connections(),
        "true".equals(all));
  }
}
