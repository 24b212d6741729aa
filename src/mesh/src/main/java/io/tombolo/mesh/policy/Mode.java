package io.tombolo.mesh.policy;

import io.tombolo.mesh.policy.Intention.Action;

/// How intentions are read where Consul leaves a door open.
///
/// @param strict an intention with permissions denies what none of them matches, a required token
///   is never done without, and headers that come twice or are missing never help a caller. If not,
///   as Consul decides.
/// @param byDefault what becomes of calls that no intention is about; if strict, they are denied
public record Mode(boolean strict, Action byDefault) {
  public static final Mode STRICT = new Mode(true, Action.DENY);

  public Mode {
    if (strict && byDefault == Action.ALLOW) {
      throw new IllegalArgumentException(
          "a strict mesh denies by default; allow goes with consul-compat only");
    }
  }
}
