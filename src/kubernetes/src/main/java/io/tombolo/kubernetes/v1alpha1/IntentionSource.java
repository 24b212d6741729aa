package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.crd.generator.annotation.SchemaFrom;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Who calls: a service by its name, the pods of a service account, or an identity, also of another
/// trust domain.
@ValidationRule(
    value = "[has(self.name), has(self.serviceAccount), has(self.spiffeId)].exists_one(x, x)",
    message =
        "name either a service (name), a service account (serviceAccount) or an identity"
            + " (spiffeId)")
@ValidationRule(
    value = "!has(self.spiffeId) || (!has(self.namespace) && !has(self.world))",
    message = "spiffeId goes without namespace and world")
@ValidationRule(
    value = "has(self.action) != has(self.permissions)",
    message = "give either an action or permissions")
public final class IntentionSource extends Strict {
  @Size(max = 63) @Pattern(Patterns.LABEL_OR_ANY) @JsonPropertyDescription("The name of a service, or * for every service of the namespace.")
  public @Nullable String name;

  @Size(max = 253) @Pattern(Patterns.SUBDOMAIN) @JsonPropertyDescription("The name of a service account, whose pods need not serve anything.")
  public @Nullable String serviceAccount;

  @Size(max = 2048) @Pattern(Patterns.SPIFFE_ID) @JsonPropertyDescription(
      "A SPIFFE ID as a whole, of this trust domain or of another that it federates with, such as"
          + " spiffe://partner.example/billing.")
  public @Nullable String spiffeId;

  @Size(max = 63) @Pattern(Patterns.LABEL_OR_ANY) @JsonPropertyDescription(
      "The namespace: if absent, that of this object, or Consul's default. * together with the"
          + " name * means everyone in the mesh.")
  public @Nullable String namespace;

  @SchemaFrom(type = Choices.World.class)
  @JsonPropertyDescription("Where the service is registered: if absent, in Kubernetes.")
  public @Nullable String world;

  @SchemaFrom(type = Choices.Action.class)
  @JsonPropertyDescription("Whether it may call, whatever the request.")
  public @Nullable String action;

  @Size(min = 1, max = 32) @JsonPropertyDescription(
      "Which requests it may make: the first that matches decides, and no match is a denial."
          + " Instead of action.")
  public @Nullable List<IntentionPermission> permissions;
}
