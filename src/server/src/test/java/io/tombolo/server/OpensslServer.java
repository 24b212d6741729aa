package io.tombolo.server;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Loopback;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/// A TLS server that gives session tickets.
record OpensslServer(int port, Process process) implements AutoCloseable {
  static OpensslServer start(Path directory) throws Exception {
    var key = directory.resolve("other.key").toString();
    var certificate = directory.resolve("other.crt").toString();
    var made =
        started(
            directory,
            List.of(
                "openssl",
                "req",
                "-x509",
                "-newkey",
                "ec",
                "-pkeyopt",
                "ec_paramgen_curve:P-256",
                "-nodes",
                "-subj",
                "/CN=other",
                "-keyout",
                key,
                "-out",
                certificate));
    if (made.waitFor() != 0) {
      throw new IllegalStateException("openssl makes no certificate");
    }
    int port = new Loopback().freePort();
    var server =
        started(
            directory,
            List.of(
                "openssl",
                "s_server",
                "-accept",
                "127.0.0.1:" + port,
                "-tls1_3",
                "-www",
                "-key",
                key,
                "-cert",
                certificate));
    Await.until(
        "openssl s_server listens",
        Duration.ofSeconds(20),
        () -> {
          try (var socket = new Socket()) {
            socket.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), port), 1000);
            return true;
          }
        });
    return new OpensslServer(port, server);
  }

  private static Process started(Path directory, List<String> command) throws Exception {
    var log = directory.resolve("openssl.log").toFile();
    return new ProcessBuilder(command)
        .redirectErrorStream(true)
        .redirectOutput(ProcessBuilder.Redirect.appendTo(log))
        .start();
  }

  @Override
  public void close() {
    process.destroyForcibly();
  }
}
