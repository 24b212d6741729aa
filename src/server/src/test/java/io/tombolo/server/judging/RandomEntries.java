package io.tombolo.server.judging;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Request;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;

/// `service-intentions` entries and requests that are likely to fit each other: few names, many
/// ways to test them, and texts full of what patterns would take for something else.
final class RandomEntries {
  static final List<String> SOURCES = List.of("web", "cart", "w-e-b", "*");
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final List<String> PATHS =
      List.of(
          "/", "/a", "/a/", "/a/b", "/ab", "/a.b", "/a+b", "/a(b)", "/a(b|c)", "/[a-z]", "/a$",
          "/^a", "/a{2}", "/a;b=c", "/a,b", "/a*", "/.*", "/a|b", "/%41", "/a%20b", "/A");
  private static final List<String> REGEXES =
      List.of("/a.*", "/a(b|/b)?", "^/a$", "/a\\.b", ".*b", ".*", "/(a|A)/?", ".*a.*", "/a\\+b.*");
  private static final List<String> METHODS = List.of("GET", "POST", "PUT", "DELETE");
  private static final List<String> HEADERS = List.of("x-role", "x-team");
  private static final List<String> VALUES =
      List.of(
          "admin",
          "Admin",
          "dev",
          "ad",
          "min",
          "a.b",
          "axb",
          "a.*",
          "(admin|dev)",
          "[a]",
          "a+",
          "URI=spiffe://x/y;By=z",
          "\"quoted\"",
          "é",
          "a;b",
          "a=b",
          "^admin$",
          "\\d");

  private final Random random;

  RandomEntries(Random random) {
    this.random = random;
  }

  private <T> T any(List<T> choices) {
    return choices.get(random.nextInt(choices.size()));
  }

  private boolean oneIn(int n) {
    return random.nextInt(n) == 0;
  }

  /// An entry for this destination, with at least one source.
  ObjectNode entry(String destination, boolean ofRequests) {
    var entry = JSON.createObjectNode().put("Kind", "service-intentions").put("Name", destination);
    var sources = entry.putArray("Sources");
    var names = new ArrayList<>(SOURCES);
    for (int i = 1 + random.nextInt(names.size()); i > 0; i--) {
      var source = sources.addObject().put("Name", names.remove(random.nextInt(names.size())));
      if (ofRequests && !oneIn(3)) {
        permissions(source);
      } else {
        source.put("Action", action());
      }
    }
    return entry;
  }

  private String action() {
    return random.nextBoolean() ? "allow" : "deny";
  }

  private void permissions(ObjectNode source) {
    var permissions = source.putArray("Permissions");
    for (int i = 1 + random.nextInt(3); i > 0; i--) {
      var http = permissions.addObject().put("Action", action()).putObject("HTTP");
      if (!oneIn(4)) {
        path(http);
      }
      if (oneIn(3)) {
        var methods = http.putArray("Methods");
        var left = new ArrayList<>(METHODS);
        for (int m = 1 + random.nextInt(2); m > 0; m--) {
          methods.add(left.remove(random.nextInt(left.size())));
        }
      }
      if (oneIn(2) || http.isEmpty()) {
        var headers = http.putArray("Header");
        for (int h = 1 + random.nextInt(2); h > 0; h--) {
          header(headers.addObject());
        }
      }
    }
  }

  private void path(ObjectNode http) {
    switch (random.nextInt(5)) {
      case 0, 1 -> http.put("PathExact", any(PATHS));
      case 2 -> http.put("PathRegex", any(REGEXES));
      default -> http.put("PathPrefix", any(PATHS));
    }
  }

  private void header(ObjectNode header) {
    header.put("Name", any(HEADERS));
    var kind = any(List.of("Present", "Exact", "Prefix", "Suffix", "Contains", "Regex"));
    switch (kind) {
      case "Present" -> header.put(kind, true);
      case "Regex" ->
          header.put(kind, any(List.of("admin", "a.*", ".*min", "(admin|dev)", "a\\.b")));
      default -> {
        header.put(kind, any(VALUES));
        if (oneIn(3)) {
          header.put("IgnoreCase", true);
        }
      }
    }
    if (oneIn(3)) {
      header.put("Invert", true);
    }
  }

  /// A request of this caller, to port 8080.
  Request request(SpiffeId caller) {
    var headers = new HashMap<String, List<String>>();
    for (var name : HEADERS) {
      switch (random.nextInt(12)) {
        case 0, 1, 2 -> {}
        case 3 -> headers.put(name, List.of(any(VALUES), any(VALUES)));
        case 4 -> headers.put(name, List.of(any(VALUES) + "," + any(VALUES)));
        default -> headers.put(name, List.of(any(VALUES)));
      }
    }
    var path = oneIn(4) ? any(PATHS) + any(List.of("x", "/b", "b")) : any(PATHS);
    return new Request(caller, 8080, new Request.Http(any(METHODS), path, headers, Map.of()));
  }
}
