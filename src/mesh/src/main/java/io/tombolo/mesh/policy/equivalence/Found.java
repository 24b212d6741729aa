package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Request;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/// The values of a request that two ladders decide differently.
record Found(Map<Dimension, List<String>> values) {
  Request.Http http() {
    var method = "GET";
    var path = "/";
    var headers = new HashMap<String, List<String>>();
    var claims = new HashMap<String, Map<List<String>, List<String>>>();
    for (var entry : values.entrySet()) {
      var texts = entry.getValue();
      switch (entry.getKey()) {
        case Dimension.Path() -> path = texts.getFirst();
        case Dimension.Method() -> method = texts.getFirst();
        case Dimension.Header(var name, _) -> {
          if (!texts.isEmpty()) {
            headers.put(name, texts);
          }
        }
        case Dimension.Claim(var provider, var way) ->
            claims.computeIfAbsent(provider, _ -> new HashMap<>()).put(way, texts);
      }
    }
    return new Request.Http(method, path, headers, claims);
  }
}
