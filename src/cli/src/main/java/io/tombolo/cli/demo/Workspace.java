package io.tombolo.cli.demo;

import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Comparator;
import java.util.function.Predicate;

/// A directory of its own for one run of the demo, readable by its user only.
record Workspace(Path directory) {
  /// A Unix socket's path has at most 107 bytes.
  private static final int LONGEST = 80;

  static Workspace create() {
    var home = Path.of(System.getProperty("user.home"), ".cache", "tombolo", "demo");
    try {
      var parent =
          home.toString().length() > LONGEST
              ? Path.of(System.getProperty("java.io.tmpdir"))
              : Files.createDirectories(home);
      var mine = PosixFilePermissions.fromString("rwx------");
      var made =
          Files.createTempDirectory(parent, "run-", PosixFilePermissions.asFileAttribute(mine));
      var workspace = new Workspace(made);
      Files.createDirectory(workspace.logs());
      return workspace;
    } catch (IOException unwritable) {
      throw new CommandFailed(
          "cannot make a directory for the demo in %s: %s. Make it writable, or set HOME."
              .formatted(home, unwritable.getMessage()),
          unwritable);
    }
  }

  Path logs() {
    return directory.resolve("logs");
  }

  Path state() {
    return directory.resolve("state");
  }

  Path worlds() {
    return directory.resolve("worlds");
  }

  Path socket(String name) {
    return directory.resolve(name + ".sock");
  }

  /// Writes a file that only this user can read.
  Path write(String name, String text) {
    var file = directory.resolve(name);
    var mine = PosixFilePermissions.fromString("rw-------");
    try {
      Files.deleteIfExists(file);
      Files.createFile(file, PosixFilePermissions.asFileAttribute(mine));
      return Files.writeString(file, text);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  /// Makes [#worlds] a copy of the example, for the demo changes it.
  void copyWorlds(Path example) {
    try (var files = Files.walk(example)) {
      for (var file : files.toList()) {
        Files.copy(file, worlds().resolve(example.relativize(file).toString()));
      }
    } catch (IOException missing) {
      throw new CommandFailed(
          "cannot copy the example %s: %s".formatted(example, missing.getMessage()), missing);
    }
  }

  /// Replaces a file of [#worlds] at once: whoever reads it sees the old text or the new.
  void replace(String name, String text) {
    var file = worlds().resolve(name);
    try {
      var next = write("next", text);
      Files.move(next, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
    } catch (IOException unwritable) {
      throw new UncheckedIOException(unwritable);
    }
  }

  void delete() {
    delete(_ -> true);
  }

  /// Deletes everything but the logs: keys and tokens do not stay behind.
  void deleteAllButLogs() {
    delete(file -> !file.equals(directory) && !file.startsWith(logs()));
  }

  private void delete(Predicate<Path> doomed) {
    try (var files = Files.walk(directory)) {
      for (var file : files.filter(doomed).sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException remains) {
      throw new UncheckedIOException(remains);
    }
  }
}
