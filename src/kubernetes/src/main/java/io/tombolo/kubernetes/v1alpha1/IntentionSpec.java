package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// What is asked for.
public final class IntentionSpec extends Strict {
  @Required
  @JsonPropertyDescription("The service that is called.")
  public @Nullable IntentionDestination destination;

  @Required
  @Size(min = 1, max = 256) @JsonPropertyDescription("Who calls it, and whether they may. The most exact one decides.")
  public @Nullable List<IntentionSource> sources;
}
