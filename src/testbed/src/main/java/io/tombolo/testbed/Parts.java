package io.tombolo.testbed;

import java.nio.file.Files;
import java.nio.file.Path;

/// The installed binaries that tests run against: what `src/testbed/install` makes.
public record Parts(Path directory) {

  /// The parts in `TOMBOLO_PARTS`, or else in `~/.cache/tombolo/parts`.
  public static Parts installed() {
    var named = System.getenv("TOMBOLO_PARTS");
    return new Parts(
        named == null || named.isEmpty()
            ? Path.of(System.getProperty("user.home"), ".cache", "tombolo", "parts")
            : Path.of(named));
  }

  /// The path of `envoy`, `etcd`, `consul` or `kube-apiserver`.
  ///
  /// @throws IllegalStateException if it is not installed
  public Path binary(String name) {
    var path = directory.resolve(name);
    if (!Files.isExecutable(path)) {
      throw new IllegalStateException(
          "%s is not installed in %s: run src/testbed/install".formatted(name, directory));
    }
    return path;
  }
}
