package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import org.jspecify.annotations.Nullable;

/// The service that is called.
public final class IntentionDestination extends Strict {
  @Required
  @Size(max = 63) @Pattern(Patterns.LABEL_OR_ANY) @JsonPropertyDescription("The service's name, or * for every service of the namespace.")
  public @Nullable String name;

  @Size(max = 63) @Pattern(Patterns.LABEL_OR_ANY) @JsonPropertyDescription(
      "The service's namespace: if absent, that of this object, or Consul's default. * together"
          + " with the name * means every service of the mesh.")
  public @Nullable String namespace;

  @SchemaFrom(type = Choices.World.class)
  @JsonPropertyDescription("Where the service is registered: if absent, in Kubernetes.")
  public @Nullable String world;
}
