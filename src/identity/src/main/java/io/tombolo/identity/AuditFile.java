package io.tombolo.identity;

import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.regex.Pattern;

/// The open file of an audit log, whole and held by this process alone. One thread appends at a
/// time, and one forces at a time.
final class AuditFile implements AutoCloseable {
  private static final Pattern COLON = Pattern.compile("[^0-9TZ]");

  private final Path file;
  private final FileChannel channel;
  private final FileChannel lock;
  private final String inode;
  private volatile AuditChain.Result.Whole written;
  private volatile long forced;

  private AuditFile(
      Path file, FileChannel channel, FileChannel lock, AuditChain.Result.Whole written)
      throws IOException {
    this.file = file;
    this.channel = channel;
    this.lock = lock;
    this.inode = inode(file);
    this.written = written;
    this.forced = written.bytes();
  }

  /// Another process has it; it may be free later.
  static final class InUse extends IOException {
    InUse(Path file) {
      super(file + " is in use by another control plane; end that one, or give each its own state");
    }
  }

  /// Opens the file, made if there is none, and checks all of it. A torn last line is set aside in
  /// a file beside it, and said so in the next.
  ///
  /// @param each is given every line
  /// @throws StateUnusable if the chain is broken, or others may use the file
  static AuditFile open(Path file, Instant now, Consumer<AuditLine> each) throws IOException {
    var lock = locked(file);
    try {
      boolean _ = PrivateFiles.create(file, new byte[0]);
      PrivateFiles.requirePrivate(file);
      return switch (read(file, each)) {
        case AuditChain.Result.Whole whole -> open(file, lock, whole);
        case AuditChain.Result.Torn torn -> mended(file, lock, torn, now, each);
        case AuditChain.Result.Broken broken -> throw broken(file, broken);
      };
    } catch (IOException | RuntimeException failed) {
      lock.close();
      throw failed;
    }
  }

  private static AuditChain.Result read(Path file, Consumer<AuditLine> each) throws IOException {
    try (var content = Files.newInputStream(file)) {
      return AuditChain.read(content, each);
    }
  }

  private static AuditFile open(Path file, FileChannel lock, AuditChain.Result.Whole whole)
      throws IOException {
    var channel = FileChannel.open(file, StandardOpenOption.WRITE, LinkOption.NOFOLLOW_LINKS);
    return new AuditFile(file, channel, lock, whole);
  }

  private static AuditFile mended(
      Path file,
      FileChannel lock,
      AuditChain.Result.Torn torn,
      Instant now,
      Consumer<AuditLine> each)
      throws IOException {
    var aside =
        file.resolveSibling(
            "%s.torn-%s"
                .formatted(file.getFileName(), COLON.matcher(now.toString()).replaceAll("")));
    PrivateFiles.replace(aside, torn.rest().getBytes(StandardCharsets.ISO_8859_1));
    var open = open(file, lock, torn.before());
    open.channel.truncate(torn.before().bytes());
    var what =
        "%d bytes after line %d, torn by a crash, were set aside in %s"
            .formatted(torn.rest().length(), torn.before().lines(), aside.getFileName());
    each.accept(
        open.append(
            new AuditEvent(now, AuditEvent.Kind.TORN, AuditEvent.Subject.NONE, null, what)));
    open.force();
    return open;
  }

  private static StateUnusable broken(Path file, AuditChain.Result.Broken broken) {
    return new StateUnusable(
        ("line %d of the audit log %s %s. Somebody may have changed it: no certificate is issued"
                + " until it is moved away. Keep it to look into, and run: mv %s %s.broken")
            .formatted(broken.line(), file, broken.why(), file, file));
  }

  private static FileChannel locked(Path file) throws IOException {
    var path = file.resolveSibling(file.getFileName() + ".lock");
    boolean _ = PrivateFiles.create(path, new byte[0]);
    var channel = FileChannel.open(path, StandardOpenOption.WRITE);
    try {
      if (channel.tryLock() != null) {
        return channel;
      }
    } catch (OverlappingFileLockException here) {
      // By another log in this process.
    }
    channel.close();
    throw new InUse(file);
  }

  /// Adds a line; it may not be on the disk yet.
  ///
  /// @throws IOException if it was not added
  /// @throws StateUnusable if part of it was, and could not be taken back
  AuditLine append(AuditEvent event) throws IOException {
    var before = written;
    var line = AuditLine.after(before.lines(), before.head(), event);
    var bytes = ByteBuffer.wrap((line.text() + "\n").getBytes(StandardCharsets.US_ASCII));
    int length = bytes.remaining();
    try {
      while (bytes.hasRemaining()) {
        channel.write(bytes, before.bytes() + bytes.position());
      }
    } catch (IOException full) {
      takeBack(before.bytes(), full);
      throw full;
    }
    written = new AuditChain.Result.Whole(line.number(), line.hash(), before.bytes() + length);
    return line;
  }

  private void takeBack(long end, IOException failed) {
    try {
      channel.truncate(end);
    } catch (IOException stuck) {
      failed.addSuppressed(stuck);
      throw new StateUnusable(
          "the audit log %s cannot be written (%s); start the control plane again"
              .formatted(file, failed.getMessage()));
    }
  }

  /// What is written.
  AuditChain.Result.Whole written() {
    return written;
  }

  /// Up to which byte it is on the disk.
  long forced() {
    return forced;
  }

  /// Waits until what is written now is on the disk.
  void force() throws IOException {
    long end = written.bytes();
    channel.force(false);
    forced = end;
  }

  /// Is it still what is found by its name?
  boolean inPlace() throws IOException {
    return inode.equals(inode(file));
  }

  /// The first bytes of a file.
  static InputStream content(Path file, long bytes) throws IOException {
    return new Bounded(Files.newInputStream(file), bytes);
  }

  @Override
  public void close() throws IOException {
    try (lock) {
      channel.close();
    }
  }

  private static String inode(Path file) throws IOException {
    return stamp(file, "unix:dev,ino");
  }

  /// Tells a file from what it is after somebody did something about it.
  static String stamp(Path file) throws IOException {
    return stamp(file, "unix:dev,ino,size,lastModifiedTime,ctime");
  }

  private static String stamp(Path file, String what) throws IOException {
    try {
      return new TreeMap<>(Files.readAttributes(file, what, LinkOption.NOFOLLOW_LINKS)).toString();
    } catch (NoSuchFileException absent) {
      return "absent";
    }
  }

  /// The first bytes of a stream.
  private static final class Bounded extends InputStream {
    private final InputStream all;
    private long left;

    Bounded(InputStream all, long most) {
      this.all = all;
      this.left = most;
    }

    @Override
    public int read() throws IOException {
      if (left <= 0) {
        return -1;
      }
      left--;
      return all.read();
    }

    @Override
    public int read(byte[] into, int at, int most) throws IOException {
      if (left <= 0) {
        return -1;
      }
      int read = all.read(into, at, (int) Math.min(left, most));
      left -= Math.max(0, read);
      return read;
    }

    @Override
    public void close() throws IOException {
      all.close();
    }
  }
}
