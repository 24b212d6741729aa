package io.tombolo.bench;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// What a process has used, as `/proc` says.
///
/// @param cpuMillis user and system time since it began
/// @param rssKib resident now
/// @param peakKib most resident since [#forgetPeak]
record Usage(long cpuMillis, long rssKib, long peakKib) {
  private static final long MILLIS_PER_TICK = 10;

  static Usage of(long pid) {
    var process = Path.of("/proc", Long.toString(pid));
    try {
      var stat = Files.readString(process.resolve("stat"));
      var fields = stat.substring(stat.lastIndexOf(')') + 2).split(" ", -1);
      long ticks = Long.parseLong(fields[11]) + Long.parseLong(fields[12]);
      var status = Files.readString(process.resolve("status"));
      return new Usage(ticks * MILLIS_PER_TICK, kib(status, "VmRSS:"), kib(status, "VmHWM:"));
    } catch (IOException gone) {
      throw new UncheckedIOException("the control plane has ended, see its log", gone);
    }
  }

  static void forgetPeak(long pid) {
    try {
      Files.writeString(Path.of("/proc", Long.toString(pid), "clear_refs"), "5");
    } catch (IOException gone) {
      throw new UncheckedIOException("cannot reset the peak of process " + pid, gone);
    }
  }

  private static long kib(String status, String field) {
    return status
        .lines()
        .filter(line -> line.startsWith(field))
        .map(line -> Long.parseLong(line.replaceAll("\\D", "")))
        .findFirst()
        .orElse(0L);
  }
}
