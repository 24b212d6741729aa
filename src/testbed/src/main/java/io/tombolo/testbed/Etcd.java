package io.tombolo.testbed;

import java.time.Duration;

/// One etcd with its data in a temporary directory.
public final class Etcd implements AutoCloseable {
  private final Scratch data;
  private final Daemon daemon;
  private final String url;

  private Etcd(Scratch data, Daemon daemon, String url) {
    this.data = data;
    this.daemon = daemon;
    this.url = url;
  }

  /// Starts one for the processes of the same place.
  public static Etcd start(Place place) {
    var data = Scratch.named("etcd");
    var url = "http://127.0.0.1:" + place.freePort();
    var peers = "http://127.0.0.1:" + place.freePort();
    var daemon =
        Daemon.spec(
                "etcd",
                place,
                Parts.installed().binary("etcd").toString(),
                "--data-dir=" + data.path(),
                "--unsafe-no-fsync",
                "--log-level=warn",
                "--listen-client-urls=" + url,
                "--advertise-client-urls=" + url,
                "--listen-peer-urls=" + peers,
                "--initial-advertise-peer-urls=" + peers,
                "--initial-cluster=default=" + peers)
            .start();
    try {
      daemon.awaitReady(Duration.ofSeconds(60), () -> HttpCall.get(url + "/health").send().ok());
    } catch (RuntimeException e) {
      daemon.close();
      throw e;
    }
    return new Etcd(data, daemon, url);
  }

  /// Its address for clients at the same place.
  public String url() {
    return url;
  }

  public Daemon daemon() {
    return daemon;
  }

  @Override
  public void close() {
    daemon.close();
    data.close();
  }
}
