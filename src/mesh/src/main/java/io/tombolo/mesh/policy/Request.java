package io.tombolo.mesh.policy;

import io.tombolo.mesh.identity.SpiffeId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/// What intentions judge: a connection, or one request on it.
///
/// @param caller the identity in the caller's certificate
/// @param port of the service that is called
/// @param http null for a connection whose bytes are not understood
public record Request(SpiffeId caller, int port, @Nullable Http http) {
  /// What intentions see of an HTTP request, after the proxy has normalised it.
  ///
  /// @param path without query
  /// @param headers by lower-case name; one value for each time it comes
  /// @param claims of verified tokens: by provider, then by the way to the claim (its names), all
  ///   texts there
  public record Http(
      String method,
      String path,
      Map<String, List<String>> headers,
      Map<String, Map<List<String>, List<String>>> claims) {
    public Http {
      var lower = new HashMap<String, List<String>>();
      headers.forEach(
          (name, values) -> lower.put(name.toLowerCase(Locale.ROOT), List.copyOf(values)));
      headers = Map.copyOf(lower);
      claims = Map.copyOf(claims);
    }

    /// Each header comes once, and there is no token.
    public Http(String method, String path, Map<String, String> headers) {
      this(method, path, once(headers), Map.of());
    }

    private static Map<String, List<String>> once(Map<String, String> headers) {
      return headers.entrySet().stream()
          .collect(Collectors.toMap(Map.Entry::getKey, header -> List.of(header.getValue())));
    }
  }

  public static Request connection(SpiffeId caller, int port) {
    return new Request(caller, port, null);
  }
}
