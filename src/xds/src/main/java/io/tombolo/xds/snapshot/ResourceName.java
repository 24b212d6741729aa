package io.tombolo.xds.snapshot;

import java.util.Locale;

/// Names one resource.
public record ResourceName(ResourceType type, String name) {
  @Override
  public String toString() {
    return type.name().toLowerCase(Locale.ROOT) + " " + name;
  }
}
