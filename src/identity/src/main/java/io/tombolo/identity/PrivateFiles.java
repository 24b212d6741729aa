package io.tombolo.identity;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.PosixFileAttributes;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Optional;
import java.util.Set;

/// Files that only their owner may read or write, and that are there as a whole or not at all, also
/// after a crash.
public final class PrivateFiles {
  private static final String OWNER_FILE = "rw-------";
  private static final String OWNER_DIRECTORY = "rwx------";

  private PrivateFiles() {}

  /// Makes a directory (0700) unless it is there.
  ///
  /// @throws StateUnusable if it is there and others may enter it
  public static void directory(Path directory) throws IOException {
    var parent = directory.toAbsolutePath().getParent();
    if (parent != null) {
      Files.createDirectories(parent);
    }
    try {
      Files.createDirectory(
          directory,
          PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_DIRECTORY)));
    } catch (FileAlreadyExistsException there) {
      var attributes = Files.readAttributes(directory, PosixFileAttributes.class);
      if (!attributes.isDirectory()) {
        throw new StateUnusable(directory + " is not a directory; move it away");
      }
      requireOwnerOnly(directory, attributes.permissions(), "700");
    }
  }

  /// The content of a file, or empty if there is none.
  ///
  /// @throws StateUnusable if others may read or write it, if it has more than `most` bytes, or is
  ///   not a regular file
  public static Optional<byte[]> read(Path file, int most) throws IOException {
    try {
      var attributes =
          Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
      requirePrivate(file);
      if (attributes.size() > most) {
        throw new StateUnusable(
            "%s has %d bytes, more than the %d that Tombolo writes; restore it from a backup"
                .formatted(file, attributes.size(), most));
      }
      return Optional.of(Files.readAllBytes(file));
    } catch (NoSuchFileException absent) {
      return Optional.empty();
    }
  }

  /// @throws StateUnusable if others may read or write a file, or it is not a regular one
  static void requirePrivate(Path file) throws IOException {
    var attributes =
        Files.readAttributes(file, PosixFileAttributes.class, LinkOption.NOFOLLOW_LINKS);
    if (!attributes.isRegularFile()) {
      throw new StateUnusable(file + " is not a regular file; put the file itself there");
    }
    requireOwnerOnly(file, attributes.permissions(), "600");
  }

  /// Makes a file (0600), unless there is one: then it is left as it is and the answer is false. Of
  /// several callers, also in several processes, one makes it.
  static boolean create(Path file, byte[] content) throws IOException {
    var fresh = written(file, content, OWNER_FILE);
    try {
      Files.createLink(file, fresh);
      return true;
    } catch (FileAlreadyExistsException there) {
      return false;
    } finally {
      Files.delete(fresh);
      sync(directoryOf(file));
    }
  }

  /// Makes or replaces a file (0600); a reader sees the old one or the new one.
  public static void replace(Path file, byte[] content) throws IOException {
    replace(file, content, OWNER_FILE);
  }

  static void replace(Path file, byte[] content, String permissions) throws IOException {
    var fresh = written(file, content, permissions);
    Files.move(fresh, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    sync(directoryOf(file));
  }

  /// Waits until what was made, renamed and deleted in a directory is on the disk.
  static void sync(Path directory) throws IOException {
    try (var channel = FileChannel.open(directory, StandardOpenOption.READ)) {
      channel.force(true);
    }
  }

  private static Path written(Path file, byte[] content, String permissions) throws IOException {
    var owner = PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString(OWNER_FILE));
    var fresh = Files.createTempFile(directoryOf(file), ".new-", ".tmp", owner);
    try (var channel = FileChannel.open(fresh, StandardOpenOption.WRITE)) {
      var bytes = ByteBuffer.wrap(content);
      while (bytes.hasRemaining()) {
        channel.write(bytes);
      }
      Files.setPosixFilePermissions(fresh, PosixFilePermissions.fromString(permissions));
      channel.force(true);
    }
    return fresh;
  }

  private static Path directoryOf(Path file) {
    var parent = file.toAbsolutePath().getParent();
    if (parent == null) {
      throw new IllegalArgumentException(file + " is not the path of a file");
    }
    return parent;
  }

  private static void requireOwnerOnly(
      Path path, Set<PosixFilePermission> permissions, String mode) {
    var text = PosixFilePermissions.toString(permissions);
    if (!text.endsWith("------")) {
      throw new StateUnusable(
          ("%s can be used by others than its owner (%s); run: chmod %s %s. If somebody may have"
                  + " read or changed it, replace what is in it")
              .formatted(path, text, mode, path));
    }
  }
}
