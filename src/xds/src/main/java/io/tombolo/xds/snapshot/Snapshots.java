package io.tombolo.xds.snapshot;

import io.tombolo.mesh.flow.Mesh;
import org.jspecify.annotations.Nullable;

/// Translates mesh after mesh, each time only what changed. The result depends on the mesh alone.
/// Not thread-safe: it belongs to the one thread that recomputes.
public final class Snapshots {
  private @Nullable Snapshot last;

  /// What this mesh has to say.
  public Snapshot next(Mesh mesh) {
    var known = last;
    var before =
        known != null && known.mesh().settings().equals(mesh.settings())
            ? known
            : Snapshot.nothing(mesh.settings());
    var next = new Translation(before, mesh).snapshot();
    last = next;
    return next;
  }
}
