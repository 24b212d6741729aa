package io.tombolo.identity;

import java.io.IOException;
import java.util.Optional;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.atomic.AtomicBoolean;

/// A vault that can run full.
record MemoryVault(ConcurrentHashMap<String, byte[]> entries, AtomicBoolean full)
    implements KeyVault {
  MemoryVault() {
    this(new ConcurrentHashMap<>(), new AtomicBoolean());
  }

  @Override
  public Optional<byte[]> load(String name) {
    return Optional.ofNullable(entries.get(name));
  }

  @Override
  public byte[] create(String name, byte[] entry) throws IOException {
    if (full.get()) {
      throw new IOException("no space left");
    }
    var before = entries.putIfAbsent(name, entry);
    return before == null ? entry : before;
  }

  @Override
  public String where() {
    return "memory";
  }
}
