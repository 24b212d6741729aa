package io.tombolo.bench;

import com.google.protobuf.ByteString;
import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.ConcurrentHashMap;

/// What all proxies of a fleet know in common: names and versions as numbers, and the routes that
/// listeners point to, by version. Thread-safe.
final class Vocabulary {
  private final Map<Kind, Words> names = new EnumMap<>(Kind.class);
  private final Words versions = new Words();
  private final Map<String, List<String>> routes = new ConcurrentHashMap<>();

  Vocabulary() {
    for (var kind : Kind.values()) {
      names.put(kind, new Words());
    }
  }

  Words names(Kind kind) {
    return Objects.requireNonNull(names.get(kind));
  }

  Words versions() {
    return versions;
  }

  /// The route configurations that a listener gets from RDS.
  List<String> routesOf(Answer answer, Answer.Given listener) {
    return routes.computeIfAbsent(
        listener.name() + " " + listener.version(),
        _ -> read(ByteString.copyFrom(answer.bytes(), listener.from(), listener.length())));
  }

  private static List<String> read(ByteString listener) {
    try {
      var parsed = Listener.parseFrom(listener);
      var names = new ArrayList<String>();
      for (var chain : parsed.getFilterChainsList()) {
        for (var filter : chain.getFiltersList()) {
          if (filter.getTypedConfig().is(HttpConnectionManager.class)) {
            var http = filter.getTypedConfig().unpack(HttpConnectionManager.class);
            if (http.hasRds()) {
              names.add(http.getRds().getRouteConfigName());
            }
          }
        }
      }
      return List.copyOf(names);
    } catch (InvalidProtocolBufferException broken) {
      throw new IllegalStateException("not a Listener", broken);
    }
  }
}
