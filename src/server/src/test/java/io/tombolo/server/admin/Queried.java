package io.tombolo.server.admin;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import jakarta.ws.rs.WebApplicationException;
import java.util.Map;
import org.jspecify.annotations.Nullable;

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
      @Nullable String headers) {
    return JSON.valueToTree(
        resource.decision(source, destination, "", method, path, headers, null));
  }

  /// What is said of this query, of the parameters `source`, `destination`, `method` and so on.
  public static JsonNode explanation(ExplainResource resource, Map<String, String> query) {
    return JSON.valueToTree(
        resource.explanation(
            query.get("source"),
            query.get("destination"),
            query.get("port"),
            query.get("method"),
            query.get("path"),
            query.get("headers"),
            query.get("claims"),
            query.get("all")));
  }

  /// The text of an error.
  public static String problem(Throwable error) {
    return error instanceof WebApplicationException web
            && web.getResponse().getEntity() instanceof Pages.Problem(var text)
        ? text
        : String.valueOf(error);
  }
}
