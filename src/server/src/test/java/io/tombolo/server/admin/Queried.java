package io.tombolo.server.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.WebApplicationException;

/// The REST API, as JSON goes in and comes out.
public final class Queried {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Queried() {}

  public static JsonNode diff(PolicyResource resource, String request)
      throws JsonProcessingException {
    return JSON.valueToTree(resource.diff(JSON.readValue(request, DiffPages.DiffRequest.class)));
  }

  public static JsonNode decision(
      AdminResource resource,
      String source,
      String destination,
      String method,
      String path,
      String headers) {
    return JSON.valueToTree(resource.decision(source, destination, "", method, path, headers));
  }

  /// The text of an error.
  public static String problem(Throwable error) {
    return error instanceof WebApplicationException web
            && web.getResponse().getEntity() instanceof Pages.Problem(var text)
        ? text
        : String.valueOf(error);
  }
}
