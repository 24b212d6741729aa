package io.tombolo.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Comparator;

/// A temporary directory that is gone when the test is, however it ends.
public record Scratch(Path path) implements AutoCloseable {

  /// @param name what it is for, a part of its own name
  public static Scratch named(String name) {
    try {
      var path = Files.createTempDirectory(Reaper.DIRECTORY_PREFIX + name + "-");
      Reaper.ofThisJvm().directory(path);
      return new Scratch(path);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot make a temporary directory for " + name, e);
    }
  }

  Path write(String name, String text) {
    try {
      return Files.writeString(path.resolve(name), text);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot write " + path.resolve(name), e);
    }
  }

  @Override
  public void close() {
    try (var files = Files.walk(path)) {
      for (var file : files.sorted(Comparator.reverseOrder()).toList()) {
        Files.deleteIfExists(file);
      }
    } catch (IOException e) {
      throw new UncheckedIOException("cannot remove " + path, e);
    }
    Reaper.ofThisJvm().forget(path);
  }
}
