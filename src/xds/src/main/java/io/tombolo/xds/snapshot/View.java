package io.tombolo.xds.snapshot;

import java.util.List;
import java.util.Map;

/// What one proxy is to be told.
///
/// @param revision of the mesh it follows from
/// @param tables of every type
/// @param problems what the proxy asked for and cannot have, each in a sentence
public record View(long revision, Map<ResourceType, Table> tables, List<String> problems) {
  public View {
    tables = Map.copyOf(tables);
    problems = List.copyOf(problems);
  }

  public Table of(ResourceType type) {
    return tables.getOrDefault(type, Table.EMPTY);
  }
}
