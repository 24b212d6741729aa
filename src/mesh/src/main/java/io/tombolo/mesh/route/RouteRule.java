package io.tombolo.mesh.route;

import io.tombolo.mesh.catalog.ServiceId;
import java.util.List;

/// Requests that match go to these backends.
///
/// @param matches at least one; any of them is enough
/// @param requests what is done to the headers of requests
/// @param responses what is done to the headers of responses
/// @param timeoutMillis how long a request may take as a whole; 0 for as long as it takes
/// @param backends by weight; with none, or with no weight, a request is answered with 500
public record RouteRule(
    List<Match> matches,
    HeaderEdits requests,
    HeaderEdits responses,
    long timeoutMillis,
    List<Backend> backends) {
  public RouteRule {
    matches = List.copyOf(matches);
    backends = List.copyOf(backends);
  }

  /// All of it holds for a request.
  ///
  /// @param path as it is compared
  /// @param method empty for any
  /// @param headers each has exactly this value
  /// @param queries each parameter has exactly this value
  public record Match(
      String path, boolean exact, String method, List<Field> headers, List<Field> queries) {
    public static final Match EVERYTHING = new Match("/", false, "", List.of(), List.of());

    public Match {
      headers = List.copyOf(headers);
      queries = List.copyOf(queries);
    }
  }

  /// A header or a parameter.
  public record Field(String name, String value) {}

  public record HeaderEdits(List<Field> set, List<Field> add, List<String> remove) {
    public static final HeaderEdits NONE = new HeaderEdits(List.of(), List.of(), List.of());

    public HeaderEdits {
      set = List.copyOf(set);
      add = List.copyOf(add);
      remove = List.copyOf(remove);
    }
  }

  /// @param weight 0 to a million
  public record Backend(ServiceId service, int port, int weight) {}
}
