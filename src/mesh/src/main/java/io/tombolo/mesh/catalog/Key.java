package io.tombolo.mesh.catalog;

/// Under what a source registers an item: one key, one item, the newest counts.
///
/// @param part tells items of one kind and name apart, or empty
public record Key(SourceId source, Kind kind, String namespace, String name, String part) {
  /// What sort of item it is.
  public enum Kind {
    SERVICE,
    ENDPOINTS,
    INTENTIONS,
    ROUTES,
    JWT_PROVIDERS,
    REFUSED
  }
}
