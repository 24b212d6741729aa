package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonAnyGetter;
import com.fasterxml.jackson.annotation.JsonAnySetter;
import com.fasterxml.jackson.annotation.JsonIgnore;
import java.util.Map;
import java.util.TreeMap;

/// Keeps the fields it does not know, so that an object which asks for more than we understand is
/// rejected instead of enforced without it.
public abstract sealed class Strict
    permits IntentionSpec,
        IntentionDestination,
        IntentionSource,
        IntentionPermission,
        IntentionHttp,
        IntentionHeader {
  @JsonIgnore private final Map<String, Object> unknown = new TreeMap<>();

  /// The fields that we do not know, by name.
  @JsonAnyGetter
  public Map<String, Object> getUnknown() {
    return unknown;
  }

  @JsonAnySetter
  void keep(String field, Object value) {
    unknown.put(field, value);
  }
}
