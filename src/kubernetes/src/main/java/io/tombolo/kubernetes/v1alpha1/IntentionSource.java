package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// Who calls: a service by its name, or the pods of a service account.
@ValidationRule(
    value = "has(self.name) != has(self.serviceAccount)",
    message = "name either a service (name) or a service account (serviceAccount), not both")
public final class IntentionSource extends Strict {
  @Size(max = 63) @Pattern(Patterns.LABEL_OR_ANY) @JsonPropertyDescription("The name of a service, or * for every service of the namespace.")
  public @Nullable String name;

  @Size(max = 253) @Pattern(Patterns.SUBDOMAIN) @JsonPropertyDescription("The name of a service account, whose pods need not serve anything.")
  public @Nullable String serviceAccount;

  @Size(max = 63) @Pattern(Patterns.LABEL_OR_ANY) @JsonPropertyDescription(
      "The namespace: if absent, that of this object, or Consul's default. * together with the"
          + " name * means everyone in the mesh.")
  public @Nullable String namespace;

  @SchemaFrom(type = Choices.World.class)
  @JsonPropertyDescription("Where the service is registered: if absent, in Kubernetes.")
  public @Nullable String world;

  @Required
  @SchemaFrom(type = Choices.Action.class)
  @JsonPropertyDescription("Whether it may call.")
  public @Nullable String action;
}
