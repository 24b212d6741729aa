package io.tombolo.identity;

import java.io.IOException;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.Optional;

/// A vault in a directory (0700): one file (0600) for each entry.
public final class DirectoryKeyVault implements KeyVault {
  private static final int MOST_BYTES = 64 * 1024;

  private final Path directory;

  /// @throws StateUnusable if others than the owner may enter the directory
  public DirectoryKeyVault(Path directory) throws IOException {
    PrivateFiles.directory(directory);
    this.directory = directory;
  }

  @Override
  public Optional<byte[]> load(String name) throws IOException {
    return PrivateFiles.read(file(name), MOST_BYTES);
  }

  @Override
  public byte[] create(String name, byte[] entry) throws IOException {
    if (PrivateFiles.create(file(name), entry)) {
      return entry.clone();
    }
    return load(name).orElseThrow(() -> new NoSuchFileException(file(name).toString()));
  }

  @Override
  public String where() {
    return directory.toString();
  }

  private Path file(String name) {
    return directory.resolve(name + ".sealed");
  }
}
