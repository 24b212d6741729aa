package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.DateTimeException;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Who is banned, in a file (0600) that is replaced as a whole. If the file cannot be read, nobody
/// knows who is: that is told by [#trouble], and it is read again each time. Thread-safe.
public final class Bans {
  /// More would not be a list that people keep.
  static final int MOST = 10_000;

  private static final int MOST_BYTES = 32 * 1024 * 1024;
  private static final String FIRST = "tombolo-bans 1";
  private static final Pattern LINE =
      Pattern.compile(
          "\\{\"subject\":\"([^\"]*)\",\"since\":\"([^\"]*)\",\"reason\":\"([^\"]*)\"}");

  private final Path file;
  private final ReentrantLock changing = new ReentrantLock();
  private final List<Consumer<List<Ban>>> observers = new CopyOnWriteArrayList<>();
  private volatile SortedMap<String, Ban> bans = new TreeMap<>();
  private volatile @Nullable String trouble;

  /// Reads the file, if there is one.
  public Bans(Path file) {
    this.file = file;
    read();
  }

  private void read() {
    changing.lock();
    try {
      var content = PrivateFiles.read(file, MOST_BYTES);
      become(content.isEmpty() ? new TreeMap<>() : parse(content.get()));
      // Last: until then nothing is issued.
      trouble = null;
    } catch (IOException | StateUnusable unreadable) {
      trouble = String.valueOf(unreadable.getMessage());
    } catch (IllegalArgumentException | DateTimeException damaged) {
      trouble =
          ("the list of bans in %s is not one that Tombolo wrote. Nothing is issued until it is"
                  + " restored from a backup, or moved away and everyone banned again (`tombolo"
                  + " audit` tells who was): mv %s %s.broken")
              .formatted(file, file, file);
    } finally {
      changing.unlock();
    }
  }

  /// Why it is not known who is banned, and the way out; empty if all is well.
  public Optional<String> trouble() {
    if (trouble != null) {
      read();
    }
    return Optional.ofNullable(trouble);
  }

  /// The ban that holds for an identity on a node, if there is one. While the file cannot be read:
  /// what was known before.
  ///
  /// @param node empty if it is not known
  public Optional<Ban> on(SpiffeId identity, String node) {
    var now = bans;
    return Optional.ofNullable(now.get(identity.toString()))
        .or(() -> Optional.ofNullable(now.get(node)));
  }

  /// All of them, by subject.
  public List<Ban> all() {
    return List.copyOf(bans.values());
  }

  /// Bans; who is banned already is so for the new reason.
  ///
  /// @throws StateUnusable if the file cannot be read: it is not written over
  void add(Ban ban) throws IOException {
    changing.lock();
    try {
      requireReadable();
      var next = new TreeMap<>(bans);
      next.put(ban.subject(), ban);
      if (next.size() > MOST) {
        throw new IllegalArgumentException("there are %d bans; lift some first".formatted(MOST));
      }
      keep(next);
    } finally {
      changing.unlock();
    }
  }

  /// @return the ban that was lifted; empty if there was none
  Optional<Ban> remove(String subject) throws IOException {
    changing.lock();
    try {
      requireReadable();
      var next = new TreeMap<>(bans);
      var lifted = Optional.ofNullable(next.remove(subject));
      if (lifted.isPresent()) {
        keep(next);
      }
      return lifted;
    } finally {
      changing.unlock();
    }
  }

  private void requireReadable() {
    trouble()
        .ifPresent(why -> {
          throw new StateUnusable(why);
        });
  }

  private void keep(SortedMap<String, Ban> next) throws IOException {
    PrivateFiles.replace(file, text(next).getBytes(StandardCharsets.US_ASCII));
    become(next);
  }

  private void become(SortedMap<String, Ban> next) {
    bans = next;
    observers.forEach(observer -> observer.accept(List.copyOf(next.values())));
  }

  /// Is told who is banned, now and whenever that changes.
  public void observe(Consumer<List<Ban>> observer) {
    changing.lock();
    try {
      observers.add(observer);
      observer.accept(all());
    } finally {
      changing.unlock();
    }
  }

  private static String text(SortedMap<String, Ban> bans) {
    return Stream.of(
            Stream.of(FIRST), bans.values().stream().map(Bans::line), Stream.of(last(bans.size())))
        .flatMap(lines -> lines)
        .map(line -> line + "\n")
        .reduce("", String::concat);
  }

  private static String line(Ban ban) {
    return "{\"subject\":%s,\"since\":%s,\"reason\":%s}"
        .formatted(
            JsonText.quoted(ban.subject()),
            JsonText.quoted(ban.since().toString()),
            JsonText.quoted(ban.reason()));
  }

  private static String last(int count) {
    return "end " + count;
  }

  private static SortedMap<String, Ban> parse(byte[] content) {
    var text = new String(content, StandardCharsets.ISO_8859_1);
    var bans = new TreeMap<String, Ban>();
    text.lines()
        .filter(line -> line.startsWith("{"))
        .map(Bans::ban)
        .forEach(ban -> bans.put(ban.subject(), ban));
    if (!text(bans).equals(text)) {
      throw new IllegalArgumentException("not a list of bans");
    }
    return bans;
  }

  private static Ban ban(String line) {
    var fields = LINE.matcher(line);
    if (!fields.matches()) {
      throw new IllegalArgumentException("not a ban");
    }
    return new Ban(
        JsonText.read(fields.group(1)),
        Instant.parse(JsonText.read(fields.group(2))),
        JsonText.read(fields.group(3)));
  }
}
