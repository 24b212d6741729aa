package io.tombolo.directory;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.FileTime;
import java.util.Objects;
import java.util.SortedMap;
import java.util.TreeMap;

/// The files of one folder, without those of folders in it and without hidden ones.
record Folder(Path path) {
  /// More than any manifest; what is longer is not read.
  static final int MOST_BYTES = 4 << 20;

  /// What shows that a file may have changed.
  record Trace(long size, FileTime modified, String file) {
    static Trace of(BasicFileAttributes attributes) {
      return new Trace(
          attributes.size(), attributes.lastModifiedTime(), Objects.toString(attributes.fileKey()));
    }
  }

  /// What tells this folder from another under the same path.
  String identity() throws IOException {
    var attributes = Files.readAttributes(path, BasicFileAttributes.class);
    return Objects.toString(attributes.fileKey());
  }

  /// The regular files that are there now, by name.
  SortedMap<String, Trace> list() throws IOException {
    var files = new TreeMap<String, Trace>();
    try (DirectoryStream<Path> entries = Files.newDirectoryStream(path)) {
      for (var entry : entries) {
        var name = Objects.requireNonNull(entry.getFileName()).toString();
        if (!name.startsWith(".") && Files.exists(entry)) {
          var attributes = Files.readAttributes(entry, BasicFileAttributes.class);
          if (attributes.isRegularFile()) {
            files.put(name, Trace.of(attributes));
          }
        }
      }
    } catch (DirectoryIteratorException e) {
      throw e.getCause();
    }
    return files;
  }

  /// The text of a file.
  ///
  /// @throws IllegalArgumentException if it is empty (an editor may be about to fill it), too long
  ///   or not text
  String read(String name) throws IOException {
    byte[] bytes;
    try (var in = Files.newInputStream(path.resolve(name))) {
      bytes = in.readNBytes(MOST_BYTES + 1);
    }
    if (bytes.length > MOST_BYTES) {
      throw new IllegalArgumentException("is longer than 4 MiB; split it");
    }
    try {
      var text = StandardCharsets.UTF_8.newDecoder().decode(ByteBuffer.wrap(bytes)).toString();
      if (text.isBlank()) {
        throw new IllegalArgumentException("is empty; delete the file to remove what it said");
      }
      return text;
    } catch (CharacterCodingException e) {
      throw new IllegalArgumentException("is not UTF-8 text; save it as UTF-8", e);
    }
  }
}
