package io.tombolo.mesh.catalog;

/// Something a source registers under a key. Policies are items too, known here by their key only.
public interface Item {
  Key key();
}
