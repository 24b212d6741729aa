package io.tombolo.agent;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFilePermissions;

/// A file that only its owner may use (0600), and that is there as a whole or not at all, also
/// after a crash.
final class PrivateFile {
  private PrivateFile() {}

  /// Makes or replaces it, and its directory (0700) if there is none.
  static void write(Path file, byte[] content) throws IOException {
    var directory = directory(file);
    Files.createDirectories(
        directory,
        PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rwx------")));
    var fresh =
        Files.createTempFile(
            directory,
            ".new-",
            ".tmp",
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------")));
    try {
      try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
        var bytes = ByteBuffer.wrap(content);
        while (bytes.hasRemaining()) {
          channel.write(bytes);
        }
        channel.force(true);
      }
      Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } finally {
      Files.deleteIfExists(fresh);
    }
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  static Path directory(Path file) {
    var parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " is not the path of a file");
    }
    return parent;
  }

  /// @param option that names the file
  /// @throws IllegalArgumentException if others than its owner may use it
  static void requirePrivate(String option, Path file) throws IOException {
    var mode = PosixFilePermissions.toString(Files.getPosixFilePermissions(file));
    if (!mode.endsWith("---") || mode.charAt(4) == 'w') {
      throw new IllegalArgumentException(
          "%s: %s can be used by others than its owner (%s); run: chmod 600 %s"
              .formatted(option, file, mode, file));
    }
  }
}
