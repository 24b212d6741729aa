package io.tombolo.server.admin;

import jakarta.ws.rs.POST;
import jakarta.ws.rs.Path;
import jakarta.ws.rs.Produces;
import jakarta.ws.rs.core.MediaType;
import org.jspecify.annotations.Nullable;

/// The REST API on policies that are not in force.
@Path("/v1")
@Produces(MediaType.APPLICATION_JSON)
public class PolicyResource {
  private final Admin admin;

  public PolicyResource(Admin admin) {
    this.admin = admin;
  }

  /// Do two sets of policies decide alike? Each is what files say, or what is in force.
  @POST
  @Path("intentions/diff")
  public DiffPages.DiffPage diff(DiffPages.@Nullable DiffRequest request) {
    return DiffPages.answer(admin.loop().model().mesh(), request);
  }
}
