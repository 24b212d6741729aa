package io.tombolo.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.UncheckedIOException;

/// Rows as Consul gives them, written as in its documentation.
final class Rows {
  private static final ObjectMapper JSON = new ObjectMapper();

  private Rows() {}

  static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      throw new UncheckedIOException(e);
    }
  }

  /// An instance of `cart` on node `vm-1` (10.0.0.7), port 8080, with these further fields of the
  /// service, and these checks.
  static Instance cart(String fields, String checks) {
    return Instance.ofHealth(
        json(
            """
            {"Node": {"Node": "vm-1", "Address": "10.0.0.7", "Meta": {"zone": "z1"}},
             "Service": {"ID": "cart-1", "Service": "cart", "Port": 8080, "Tags": null %s},
             "Checks": [%s]}
            """
                .formatted(fields.isEmpty() ? "" : ", " + fields, checks)));
  }

  static Instance cart(String fields) {
    return cart(fields, "");
  }
}
