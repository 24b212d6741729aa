package io.tombolo.kubernetes.v1alpha1;

/// The values of fields that have few, for the schema. Objects hold what was written, so that a
/// value which is none of these is a problem of one object and not of the parser.
final class Choices {
  enum World {
    kubernetes,
    consul
  }

  enum Action {
    allow,
    deny
  }

  private Choices() {}
}
