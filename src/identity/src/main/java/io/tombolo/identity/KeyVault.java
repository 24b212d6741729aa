package io.tombolo.identity;

import java.io.IOException;
import java.util.Optional;

/// A place that keeps what the authority must not lose: small named entries, written once and never
/// changed. What it is given is sealed already. Used by one thread at a time, but several processes
/// may use the same place.
public interface KeyVault {
  /// The entry of this name, or empty if there has never been one.
  ///
  /// @param name of `a-z`, `0-9` and `-`
  /// @throws IOException if it cannot be known whether there is one; never taken for "none"
  /// @throws StateUnusable if there is one that must not be used
  Optional<byte[]> load(String name) throws IOException;

  /// Keeps an entry, unless there is one of this name.
  ///
  /// @return the entry that is kept now: this one, or that of a process that was first
  byte[] create(String name, byte[] entry) throws IOException;

  /// The place, as an operator would call it.
  String where();
}
