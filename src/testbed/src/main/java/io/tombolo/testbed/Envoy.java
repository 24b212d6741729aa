package io.tombolo.testbed;

import java.io.IOException;
import java.time.Duration;

/// A real Envoy with a bootstrap written by the test.
public final class Envoy implements AutoCloseable {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Scratch files;
  private final Daemon daemon;
  private final String admin;

  private Envoy(Scratch files, Daemon daemon, String admin) {
    this.files = files;
    this.daemon = daemon;
    this.admin = admin;
  }

  /// Starts one and waits until its admin port answers, which is before it has its resources.
  ///
  /// @param bootstrap in YAML or JSON, with an admin listener at `admin`
  /// @param admin the admin listener at its place, such as `http://127.0.0.1:19000`
  public static Envoy start(String name, Place place, String bootstrap, String admin) {
    var files = Scratch.named("envoy");
    var daemon =
        Daemon.spec(
                name,
                place,
                Parts.installed().binary("envoy").toString(),
                "--config-path",
                files.write("bootstrap.yaml", bootstrap).toString(),
                "--log-level",
                "warning",
                "--concurrency",
                "1",
                "--disable-hot-restart")
            .start();
    var envoy = new Envoy(files, daemon, admin);
    try {
      envoy.awaitLive();
    } catch (RuntimeException e) {
      envoy.close();
      throw e;
    }
    return envoy;
  }

  /// Waits until the admin port answers. For use after a restart; [#start] has waited.
  public void awaitLive() {
    daemon.awaitReady(PATIENCE, () -> HttpCall.get(admin + "/server_info").send().ok());
  }

  /// Waits until it has its listeners and clusters and takes traffic.
  public void awaitReady() {
    daemon.awaitReady(PATIENCE, () -> HttpCall.get(admin + "/ready").send().ok());
  }

  /// The answer of the admin interface.
  ///
  /// @param path such as `/config_dump` or `/stats?filter=rbac`
  public String admin(String path) throws IOException {
    return daemon.place().http(HttpCall.get(admin + path)).body();
  }

  /// The value of a counter or gauge, 0 if there is none of this name.
  public long stat(String name) throws IOException {
    return admin("/stats")
        .lines()
        .filter(line -> line.startsWith(name + ": "))
        .mapToLong(line -> Long.parseLong(line.substring(name.length() + 2)))
        .findFirst()
        .orElse(0);
  }

  public Daemon daemon() {
    return daemon;
  }

  @Override
  public void close() {
    daemon.close();
    files.close();
  }
}
