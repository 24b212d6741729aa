package io.tombolo.directory;

import io.tombolo.mesh.catalog.Item;
import java.util.List;
import java.util.SortedMap;

/// What the files of one world look like, and what they mean.
///
/// @param <T> what one file says
interface Format<T> {
  /// What to do with a file.
  sealed interface Use {
    record Read() implements Use {}

    /// It has nothing to say: notes, backups of editors.
    record Ignore() implements Use {}

    /// It has something to say, in a form that is not read.
    ///
    /// @param reason with the way out
    record Refuse(String reason) implements Use {}
  }

  Use use(String fileName);

  /// @throws IllegalArgumentException if the text does not parse; the message says where
  T parse(String text);

  /// The same for text that may be nested however deeply: parsers recurse with it.
  default T read(String text) {
    try {
      return parse(text);
    } catch (StackOverflowError tooDeep) {
      throw new IllegalArgumentException("is nested too deeply; flatten it", tooDeep);
    }
  }

  /// What all files mean together.
  ///
  /// @param files by name
  List<Item> items(SortedMap<String, T> files);
}
