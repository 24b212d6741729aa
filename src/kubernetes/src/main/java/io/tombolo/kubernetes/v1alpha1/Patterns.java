package io.tombolo.kubernetes.v1alpha1;

/// What names look like, for the schema.
final class Patterns {
  static final String LABEL_OR_ANY = "^(\\*|[a-z0-9]([-a-z0-9]*[a-z0-9])?)$";
  static final String SUBDOMAIN =
      "^[a-z0-9]([-a-z0-9]*[a-z0-9])?(\\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*$";

  static final String SPIFFE_ID = "^spiffe://[a-z0-9._-]+(/[a-zA-Z0-9._-]+)+$";

  private Patterns() {}
}
