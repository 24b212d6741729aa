package io.tombolo.server.admin;

import io.tombolo.identity.JoinTokens;
import io.tombolo.identity.Registrar;
import io.tombolo.identity.Rollover;
import io.tombolo.identity.TrustStore;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.flow.Elsewhere;
import io.tombolo.server.federation.Federation;
import io.tombolo.server.flows.Intake;
import io.tombolo.server.model.ModelLoop;
import io.tombolo.server.ports.Connections;
import io.tombolo.server.receipts.Receipts;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;
import java.util.function.Supplier;

/// What the pages for people are made from.
///
/// @param flows what proxies report; empty if they do not
/// @param token who sends it may read, make join tokens and ban; secret
public record Admin(
    String token,
    String version,
    ModelLoop loop,
    Connections connections,
    Receipts receipts,
    JoinTokens joinTokens,
    Registrar registrar,
    TrustStore trust,
    Rollover rollover,
    Federation federation,
    Optional<Intake> flows,
    Supplier<Map<Key, Elsewhere>> elsewhere,
    Clock clock) {
  @Override
  public String toString() {
    return "Admin[token=redacted]";
  }
}
