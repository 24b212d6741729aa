package io.tombolo.kubernetes.v1alpha1;

import com.fasterxml.jackson.annotation.JsonPropertyDescription;
import io.fabric8.generator.annotation.Required;
import io.fabric8.generator.annotation.Size;
import io.fabric8.generator.annotation.ValidationRule;
import org.jspecify.annotations.Nullable;

/// A test of one header.
@ValidationRule(
    value =
        "[has(self.present), has(self.exact), has(self.prefix), has(self.suffix),"
            + " has(self.contains)].exists_one(x, x)",
    message = "give exactly one of present, exact, prefix, suffix and contains")
public final class IntentionHeader extends Strict {
  @Required
  @Size(min = 1, max = 256) @JsonPropertyDescription("The header's name, in any case.")
  public @Nullable String name;

  @JsonPropertyDescription("True: the header is there.")
  public @Nullable Boolean present;

  @Size(max = 4096) @JsonPropertyDescription("Its whole value.")
  public @Nullable String exact;

  @Size(min = 1, max = 4096) @JsonPropertyDescription("What its value starts with.")
  public @Nullable String prefix;

  @Size(min = 1, max = 4096) @JsonPropertyDescription("What its value ends with.")
  public @Nullable String suffix;

  @Size(min = 1, max = 4096) @JsonPropertyDescription("What its value has in it.")
  public @Nullable String contains;

  @JsonPropertyDescription("The opposite: a header that is there with another value, or absent.")
  public @Nullable Boolean invert;

  @JsonPropertyDescription("Upper and lower case of a-z are alike.")
  public @Nullable Boolean ignoreCase;
}
