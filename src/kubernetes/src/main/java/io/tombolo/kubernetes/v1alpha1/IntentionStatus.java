package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.kubernetes.api.model.Condition;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What became of it.
public final class IntentionStatus {
  @JsonPropertyDescription("Accepted: is it in force as it is written?")
  public @Nullable List<Condition> conditions;
}
