package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Pattern;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// Requests that have all of this.
@ValidationRule(
    value =
        "has(self.pathExact) || has(self.pathPrefix) || has(self.methods) || has(self.headers) ||"
            + " has(self.ports)",
    message = "say at least one of a path, methods, headers and ports")
@ValidationRule(
    value = "!(has(self.pathExact) && has(self.pathPrefix))",
    message = "give pathExact or pathPrefix, not both")
public final class IntentionHttp extends Strict {
  @Size(max = 4096) @Pattern("^/") @JsonPropertyDescription("The path, without query.")
  public @Nullable String pathExact;

  @Size(max = 4096) @Pattern("^/") @JsonPropertyDescription("What the path starts with.")
  public @Nullable String pathPrefix;

  @Size(min = 1, max = 32) @JsonPropertyDescription("One of these methods.")
  public @Nullable List<String> methods;

  @Size(min = 1, max = 8) @JsonPropertyDescription("All of these tests of headers.")
  public @Nullable List<IntentionHeader> headers;

  @Size(min = 1, max = 32) @JsonPropertyDescription("To one of these ports of the service.")
  public @Nullable List<Integer> ports;
}
