package io.tombolo.mesh.catalog;

/// An item whose successor may depend on it: a rejected policy keeps the last good rules.
public interface Revisable extends Item {
  /// This item as it stands after `earlier` under the same key.
  Item succeeding(Item earlier);
}
