package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Required;
import org.jspecify.annotations.Nullable;

/// Whether requests of a kind are allowed.
public final class IntentionPermission extends Strict {
  @Required
  @SchemaFrom(type = Choices.Action.class)
  @JsonPropertyDescription("What becomes of these requests.")
  public @Nullable String action;

  @Required
  @JsonPropertyDescription("Which requests.")
  public @Nullable IntentionHttp http;
}
