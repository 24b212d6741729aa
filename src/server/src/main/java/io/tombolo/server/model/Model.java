package io.tombolo.server.model;

import io.tombolo.mesh.flow.Mesh;
import io.tombolo.xds.snapshot.Snapshot;
import java.util.Optional;

/// What the model thread last made of all facts.
///
/// @param mesh everything known, complete or not
/// @param served what proxies are told; empty until every source has synced or is declared stale
public record Model(Mesh mesh, Optional<Snapshot> served) {}
