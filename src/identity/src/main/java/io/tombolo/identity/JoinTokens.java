package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryIteratorException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.SecureRandom;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.util.Optional;
import java.util.regex.Pattern;

/// Join tokens: each lets one host join once, within minutes. A directory (0700) holds a file
/// (0600) for each, named by its hash; using it up is the renaming of its file, so that of several
/// threads or processes one succeeds. Thread-safe.
public final class JoinTokens {
  public static final Duration LONGEST = Duration.ofMinutes(10);

  private static final Duration REMEMBERED = Duration.ofHours(1);
  private static final Duration SHORTEST = Duration.ofSeconds(1);
  private static final int MOST_BYTES = 8 * 1024;
  private static final Pattern RECORD =
      Pattern.compile(
          "tombolo-join-token 1\nidentity (\\S+)\nnode (\\S+)\nhost (\\S+)\nexpires (\\S+)\n");

  /// To look at all of many tokens takes its time.
  private static final Duration BETWEEN_FORGETTING = Duration.ofMinutes(1);

  private final Path directory;
  private volatile Instant forgetAgain = Instant.MIN;
  private final SecureRandom random = new SecureRandom();

  private record Kept(Grant grant, Instant expires) {}

  /// What a token that was presented comes to.
  public sealed interface Result {
    /// @param id which token it was, for the log
    record Accepted(Grant grant, String id) implements Result {}

    /// @param detail what is wrong and the way out; fit for a log and for the sender
    record Refused(Reason reason, String detail) implements Result {}
  }

  public enum Reason {
    NOT_A_TOKEN,
    UNKNOWN,
    EXPIRED,
    USED,
    UNREADABLE
  }

  /// @throws StateUnusable if others than the owner may enter the directory
  public JoinTokens(Path directory) throws IOException {
    PrivateFiles.directory(directory);
    this.directory = directory;
  }

  /// Makes a token.
  ///
  /// @throws IllegalArgumentException if it would live for less than a second or too long
  public JoinToken issue(Grant grant, Duration ttl, Instant now) throws IOException {
    if (ttl.compareTo(SHORTEST) < 0 || ttl.compareTo(LONGEST) > 0) {
      throw new IllegalArgumentException(
          "ttlSeconds: a join token lives for 1 to %d seconds".formatted(LONGEST.toSeconds()));
    }
    forget(now);
    var text = JoinToken.randomText(random);
    var hash = JoinToken.hash(text);
    var expires = now.plus(ttl);
    var kept =
        "tombolo-join-token 1\nidentity %s\nnode %s\nhost %s\nexpires %s\n"
            .formatted(grant.identity(), grant.node(), grant.host(), expires);
    if (!PrivateFiles.create(open(hash), kept.getBytes(StandardCharsets.US_ASCII))) {
      throw new IllegalStateException("two random numbers of 256 bits are the same");
    }
    return new JoinToken(text, JoinToken.idOf(hash), grant, expires);
  }

  /// Uses up a token that a host presents, text from outside.
  ///
  /// @throws IOException if the directory cannot be read or written; the token counts as used then
  ///   or not, but is never accepted twice
  public Result redeem(String text, Instant now) throws IOException {
    if (!JoinToken.hasForm(text)) {
      return new Result.Refused(
          Reason.NOT_A_TOKEN, "this is not a join token; make one with: tombolo token");
    }
    var hash = JoinToken.hash(text);
    Optional<Kept> kept;
    try {
      kept = PrivateFiles.read(open(hash), MOST_BYTES).map(JoinTokens::parse);
    } catch (StateUnusable | IllegalArgumentException | DateTimeException damaged) {
      return refused(Reason.UNREADABLE, hash, "has a record that cannot be trusted");
    }
    if (kept.isEmpty()) {
      return absent(hash);
    }
    if (!now.isBefore(kept.get().expires())) {
      return refused(Reason.EXPIRED, hash, "expired at " + kept.get().expires());
    }
    return useUp(hash, kept.get());
  }

  private Result useUp(String hash, Kept kept) throws IOException {
    try {
      Files.move(open(hash), used(hash), StandardCopyOption.ATOMIC_MOVE);
    } catch (NoSuchFileException anotherWasFirst) {
      return absent(hash);
    }
    // A crash must not bring the token back after it was accepted.
    PrivateFiles.sync(directory);
    return new Result.Accepted(kept.grant(), JoinToken.idOf(hash));
  }

  private Result absent(String hash) {
    return Files.exists(used(hash))
        ? refused(Reason.USED, hash, "has been used already")
        : refused(Reason.UNKNOWN, hash, "is not known here");
  }

  private static Result refused(Reason reason, String hash, String what) {
    return new Result.Refused(
        reason,
        "join token %s %s; make another with: tombolo token".formatted(JoinToken.idOf(hash), what));
  }

  /// Deletes what has been of no use for an hour.
  private void forget(Instant now) throws IOException {
    if (now.isBefore(forgetAgain) && now.isAfter(forgetAgain.minus(BETWEEN_FORGETTING))) {
      return;
    }
    forgetAgain = now.plus(BETWEEN_FORGETTING);
    try (var files = Files.newDirectoryStream(directory, "*.{open,used}")) {
      for (var file : files) {
        if (outlived(file, now)) {
          Files.deleteIfExists(file);
        }
      }
    } catch (DirectoryIteratorException broken) {
      throw broken.getCause();
    }
  }

  private static boolean outlived(Path file, Instant now) throws IOException {
    try {
      var kept = PrivateFiles.read(file, MOST_BYTES).map(JoinTokens::parse);
      return kept.isPresent() && now.isAfter(kept.get().expires().plus(REMEMBERED));
    } catch (StateUnusable | IllegalArgumentException | DateTimeException damaged) {
      return false;
    }
  }

  private static Kept parse(byte[] content) {
    var fields = RECORD.matcher(new String(content, StandardCharsets.ISO_8859_1));
    if (!fields.matches()) {
      throw new IllegalArgumentException("not a record of a join token");
    }
    var grant = new Grant(SpiffeId.parse(fields.group(1)), fields.group(2), fields.group(3));
    return new Kept(grant, Instant.parse(fields.group(4)));
  }

  private Path open(String hash) {
    return directory.resolve(hash + ".open");
  }

  private Path used(String hash) {
    return directory.resolve(hash + ".used");
  }
}
