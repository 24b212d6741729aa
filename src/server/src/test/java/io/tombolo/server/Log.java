package io.tombolo.server;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.logging.Handler;
import java.util.logging.Level;
import java.util.logging.LogRecord;
import java.util.logging.Logger;

/// Everything that is logged in this JVM while it is open.
final class Log extends Handler implements AutoCloseable {
  private static final String ORPHANS = "ManagedChannelOrphanWrapper";
  private final List<LogRecord> records = new CopyOnWriteArrayList<>();

  private Log() {}

  static Log heard() {
    var log = new Log();
    Logger.getLogger("").addHandler(log);
    return log;
  }

  @Override
  public void publish(LogRecord record) {
    records.add(record);
  }

  /// Errors, and whatever has a stack trace; but for channels that a test has left behind.
  List<String> failures() {
    return records.stream()
        .filter(record -> !String.valueOf(record.getLoggerName()).endsWith(ORPHANS))
        .filter(record ->
            record.getThrown() != null || record.getLevel().intValue() >= Level.SEVERE.intValue())
        .map(Log::text)
        .toList();
  }

  List<String> texts() {
    return records.stream().map(Log::text).toList();
  }

  private static String text(LogRecord record) {
    var parameters = record.getParameters() == null ? List.of() : List.of(record.getParameters());
    return "%s %s %s %s"
        .formatted(record.getLoggerName(), record.getMessage(), parameters, record.getThrown());
  }

  @Override
  public void flush() {
    // Nothing is buffered.
  }

  @Override
  public void close() {
    Logger.getLogger("").removeHandler(this);
  }
}
