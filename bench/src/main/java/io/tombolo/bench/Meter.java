package io.tombolo.bench;

import java.lang.management.ManagementFactory;

/// What the control plane and this client use over a stretch of time, and what the proxies are
/// sent.
final class Meter {
  private final Plane plane;
  private final Records records;
  private final Usage before;
  private final long own;
  private final long bytes;
  private final long began = System.nanoTime();

  Meter(Plane plane, Records records) {
    this.plane = plane;
    this.records = records;
    Usage.forgetPeak(plane.pid());
    this.before = plane.usage();
    this.own = ownCpuMillis();
    this.bytes = records.bytes();
  }

  static long ownCpuMillis() {
    return ManagementFactory.getPlatformMXBean(com.sun.management.OperatingSystemMXBean.class)
            .getProcessCpuTime()
        / 1_000_000;
  }

  /// CPU and bytes for each of so many changes, and each proxy.
  Figures addTo(Figures figures, int changes, int proxies) {
    var after = plane.usage();
    double cpu = after.cpuMillis() - before.cpuMillis();
    double seconds = (System.nanoTime() - began) / 1e9;
    return figures
        .add("cpu_ms_per_change", cpu / changes)
        .add("bytes_per_change_and_proxy", (records.bytes() - bytes) / (double) changes / proxies)
        .add("cpu_cores", cpu / 1000 / seconds)
        .add("client_cpu_cores", (ownCpuMillis() - own) / 1000.0 / seconds)
        .add("rss_peak_mib", after.peakKib() / 1024.0);
  }
}
