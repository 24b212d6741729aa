package io.tombolo.directory;

import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Refused;
import io.tombolo.mesh.catalog.SourceId;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.NoSuchFileException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.SortedMap;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// What the files of a folder said when they were last sound. Not thread-safe.
final class Contents<T> {
  private static final int MOST_TRIES = 3;

  private final SourceId source;
  private final Folder folder;
  private final Format<T> format;
  private SortedMap<String, Known<T>> files = new TreeMap<>();

  /// A file as it was last seen.
  ///
  /// @param said what it said when it was last sound, or null if it never was
  /// @param problem why it is not sound now, or empty
  private record Known<T>(Folder.Trace trace, @Nullable T said, String problem) {}

  Contents(SourceId source, Folder folder, Format<T> format) {
    this.source = source;
    this.folder = folder;
    this.format = format;
  }

  /// Reads what changed.
  ///
  /// @param touched files to read even if they look the same
  /// @return whether anything changed
  /// @throws IOException if the folder cannot be read, or changes while it is: nothing is taken
  ///   then
  boolean refresh(Set<String> touched) throws IOException {
    for (int tries = 1; ; tries++) {
      try {
        return look(touched);
      } catch (NoSuchFileException moved) {
        if (tries == MOST_TRIES) {
          throw moved;
        }
      }
    }
  }

  /// @throws NoSuchFileException if a file went away since it was listed, or the folder is not
  ///   there: only another listing can tell
  private boolean look(Set<String> touched) throws IOException {
    var next = new TreeMap<String, Known<T>>();
    for (var file : folder.list().entrySet()) {
      var name = file.getKey();
      var before = files.get(name);
      if (before != null && before.trace().equals(file.getValue()) && !touched.contains(name)) {
        next.put(name, before);
      } else if (!(format.use(name) instanceof Format.Use.Ignore)) {
        next.put(name, read(name, file.getValue(), before));
      }
    }
    var changed = !next.equals(files);
    files = next;
    return changed;
  }

  private Known<T> read(String name, Folder.Trace trace, @Nullable Known<T> before)
      throws IOException {
    var lastGood = before == null ? null : before.said();
    if (format.use(name) instanceof Format.Use.Refuse(var reason)) {
      return new Known<>(trace, lastGood, reason);
    }
    try {
      return new Known<>(trace, format.read(folder.read(name)), "");
    } catch (NoSuchFileException | ClosedByInterruptException notOfTheFile) {
      throw notOfTheFile;
    } catch (IOException unreadable) {
      return new Known<>(
          trace, lastGood, "cannot be read: " + unreadable.getClass().getSimpleName());
    } catch (IllegalArgumentException broken) {
      return new Known<>(trace, lastGood, String.valueOf(broken.getMessage()));
    }
  }

  List<Item> items() {
    var sound = new TreeMap<String, T>();
    var refused = new ArrayList<Item>();
    files.forEach((name, known) -> {
      var shown = Names.printable(name);
      if (known.said() != null) {
        sound.put(shown, known.said());
      }
      if (!known.problem().isEmpty()) {
        var kept = known.said() == null ? "" : " (what it said before stays in force)";
        refused.add(new Refused(source, "file " + shown, known.problem() + kept));
      }
    });
    var items = new ArrayList<>(format.items(sound));
    items.addAll(refused);
    return items;
  }
}
