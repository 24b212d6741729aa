package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;

/// What a blocking query brought: the newest state of what it asks for.
sealed interface News {
  /// The names of all services. Each of them may have changed.
  record Services(Set<String> names) implements News {}

  /// All checks that do not pass.
  record Troubles(Set<Instance.Trouble> troubles) implements News {}

  /// All nodes, by name.
  record Nodes(Map<String, Instance.Node> byName) implements News {}

  /// All config entries of a kind.
  record Config(String kind, List<JsonNode> entries) implements News {}

  /// The query failed.
  record Failed(IOException why) implements News {}
}
