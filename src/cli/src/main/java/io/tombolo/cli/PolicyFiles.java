package io.tombolo.cli;

import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.nio.charset.CharacterCodingException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/// Files of policies, to be sent to the control plane.
final class PolicyFiles {
  private static final List<String> ENDINGS = List.of(".json", ".hcl", ".yaml", ".yml");

  /// Less than a control plane takes in one request.
  private static final long MOST_BYTES = 8 << 20;

  /// How deep folders are looked into: `consul/<datacenter>/<file>`.
  private static final int DEPTH = 3;

  private PolicyFiles() {}

  /// The texts at a path, by the name that each has within it: of one file, or of the files of a
  /// directory that policies are written in.
  static Map<String, String> at(String named) {
    var path = Path.of(named);
    try {
      return Files.isDirectory(path) ? in(path) : Map.of(name(path), text(path));
    } catch (NoSuchFileException missing) {
      throw new CommandFailed(
          "there is no %s. Name a file or a directory, or \"live\" for what is in force."
              .formatted(shown(path)),
          missing);
    } catch (IOException unreadable) {
      throw new CommandFailed(
          "%s cannot be read: %s"
              .formatted(shown(path), Names.printable(String.valueOf(unreadable.getMessage()))),
          unreadable);
    }
  }

  private static Map<String, String> in(Path directory) throws IOException {
    List<Path> files;
    try (var found = Files.walk(directory, DEPTH)) {
      files =
          found
              .filter(Files::isRegularFile)
              .filter(file -> !isHidden(directory.relativize(file)))
              .filter(file -> ENDINGS.stream().anyMatch(name(file)::endsWith))
              .sorted()
              .toList();
    }
    var texts = new TreeMap<String, String>();
    long bytes = 0;
    for (var file : files) {
      bytes += Files.size(file);
      if (bytes > MOST_BYTES) {
        throw new CommandFailed(
            "%s has more than 8 MiB of files; compare a part of it".formatted(shown(directory)));
      }
      texts.put(directory.relativize(file).toString(), text(file));
    }
    if (texts.isEmpty()) {
      throw new CommandFailed(
          "%s has no file that ends in %s".formatted(shown(directory), String.join(", ", ENDINGS)));
    }
    return texts;
  }

  private static boolean isHidden(Path relative) {
    for (var part : relative) {
      if (part.toString().startsWith(".")) {
        return true;
      }
    }
    return false;
  }

  private static String text(Path file) throws IOException {
    try {
      return Files.readString(file);
    } catch (CharacterCodingException notText) {
      throw new CommandFailed(
          "%s is not UTF-8 text; save it as UTF-8".formatted(shown(file)), notText);
    }
  }

  private static String name(Path file) {
    return String.valueOf(file.getFileName());
  }

  private static String shown(Path path) {
    return Names.printable(path.toString(), 400);
  }
}
