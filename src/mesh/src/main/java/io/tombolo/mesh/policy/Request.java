package io.tombolo.mesh.policy;

import io.tombolo.mesh.identity.SpiffeId;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
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
  /// @param headers by lower-case name; the values of one name joined by `,` as Envoy does
  /// @param claims of verified tokens: by provider, then by the way to the claim (its names), all
  ///   texts there
  public record Http(
      String method,
      String path,
      Map<String, String> headers,
      Map<String, Map<List<String>, List<String>>> claims) {
    public Http {
      var lower = new HashMap<String, String>();
      headers.forEach((name, value) -> lower.put(name.toLowerCase(Locale.ROOT), value));
      headers = Map.copyOf(lower);
      claims = Map.copyOf(claims);
    }

    public Http(String method, String path, Map<String, String> headers) {
      this(method, path, headers, Map.of());
    }
  }

  public static Request connection(SpiffeId caller, int port) {
    return new Request(caller, port, null);
  }
}
