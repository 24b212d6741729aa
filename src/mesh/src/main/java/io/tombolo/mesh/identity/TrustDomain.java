package io.tombolo.mesh.identity;

/// The name under which one authority issues identities (SPIFFE-ID, section 2.1).
///
/// @param name lower-case letters, digits, dots, dashes and underscores; 1 to 255 characters
public record TrustDomain(String name) {
  public TrustDomain {
    if (name.isEmpty() || name.length() > 255) {
      throw new IllegalArgumentException("a trust domain has 1 to 255 characters");
    }
    for (int i = 0; i < name.length(); i++) {
      if (!allowed(name.charAt(i))) {
        throw new IllegalArgumentException(
            "a trust domain has only a-z, 0-9, '.', '-' and '_' (character %d is not)"
                .formatted(i + 1));
      }
    }
  }

  private static boolean allowed(char c) {
    return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '.' || c == '-' || c == '_';
  }

  @Override
  public String toString() {
    return name;
  }
}
