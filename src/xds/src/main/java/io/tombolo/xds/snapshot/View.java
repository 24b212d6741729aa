package io.tombolo.xds.snapshot;

import java.util.List;
import java.util.Map;

/// What one proxy is to be told.
///
/// @param revision of the mesh it follows from
/// @param tables of every type
/// @param problems what the proxy asked for and cannot have, or cannot do, each in a sentence
/// @param inbound what is particular to the proxy
/// @param scoped what of that which others are told concerns it
/// @param demands what it has asked for
public record View(
    long revision,
    Map<ResourceType, Table> tables,
    List<String> problems,
    InboundSide inbound,
    Scoped scoped,
    Demands demands) {
  /// Before there is any.
  public static final View NOTHING =
      new View(0, Map.of(), List.of(), InboundSide.NOTHING, Scoped.NOTHING, Demands.NONE);

  public View {
    tables = Map.copyOf(tables);
    problems = List.copyOf(problems);
  }

  public Table of(ResourceType type) {
    return tables.getOrDefault(type, Table.EMPTY);
  }
}
