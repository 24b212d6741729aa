package io.tombolo.testbed;

import java.io.BufferedReader;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.io.Writer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.TimeUnit;

/// The process that watches the ports of the switch (`sniff.py`). Belongs to one thread.
final class Sniffer implements AutoCloseable {
  private static final String SCRIPT = "sniff.py";
  private static final long END_SECONDS = 5;

  private final Process process;
  private final Writer orders;
  private final BufferedReader answers;

  private Sniffer(Process process) {
    this.process = process;
    this.orders = process.outputWriter(StandardCharsets.UTF_8);
    this.answers = process.inputReader(StandardCharsets.UTF_8);
  }

  /// Packets that do not belong where they were seen.
  ///
  /// @param came from outside the network
  /// @param attempted sent to the outside
  record Crossings(long came, long attempted) {}

  static Sniffer start(Namespace bridges) throws IOException {
    var log = Path.of("target", "testbed", "sniffer.log").toAbsolutePath();
    Files.createDirectories(log.getParent());
    var process =
        new ProcessBuilder(bridges.entering(List.of("python3", "-c", script())))
            .redirectError(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    var sniffer = new Sniffer(process);
    if (!"ready".equals(sniffer.answers.readLine())) {
      throw new IOException("the switch's sniffer does not start (python3); see " + log);
    }
    return sniffer;
  }

  private static String script() throws IOException {
    try (var stream = Sniffer.class.getResourceAsStream(SCRIPT)) {
      return new String(
          Objects.requireNonNull(stream, SCRIPT).readAllBytes(), StandardCharsets.UTF_8);
    }
  }

  void watch(String port, Network network) {
    expectOk("watch %s %s".formatted(port, network.address(0)));
  }

  void capture(String port) {
    expectOk("capture " + port);
  }

  void release(String port) {
    expectOk("release " + port);
  }

  void mark(String marker) {
    var bytes = marker.getBytes(StandardCharsets.UTF_8);
    expectOk("mark " + Base64.getEncoder().encodeToString(bytes));
  }

  Crossings crossings() {
    var numbers = order("crossings").split(" ", -1);
    requireNoneLost(numbers[2]);
    return new Crossings(Long.parseLong(numbers[0]), Long.parseLong(numbers[1]));
  }

  List<Capture.Stream> streams(String port) {
    requireNoneLost(order("streams " + port));
    var streams = new ArrayList<Capture.Stream>();
    for (var line = line(); !line.isEmpty(); line = line()) {
      var words = line.split(" ", -1);
      streams.add(
          new Capture.Stream(
              words[0],
              words[1],
              words[2].equals("1"),
              Long.parseLong(words[3]),
              words[4].equals("1"),
              new String(Base64.getDecoder().decode(words[5]), StandardCharsets.ISO_8859_1)));
    }
    return streams;
  }

  private static void requireNoneLost(String lost) {
    if (!lost.equals("0")) {
      throw new IllegalStateException("the sniffer has lost " + lost + " packets: no proof");
    }
  }

  private void expectOk(String order) {
    var answer = order(order);
    if (!answer.equals("ok")) {
      throw new IllegalStateException("the sniffer refuses %s: %s".formatted(order, answer));
    }
  }

  private String order(String order) {
    try {
      orders.write(order + "\n");
      orders.flush();
    } catch (IOException e) {
      throw new UncheckedIOException("the switch's sniffer is gone; see its log", e);
    }
    return line();
  }

  private String line() {
    try {
      var line = answers.readLine();
      if (line == null) {
        throw new IOException("end of output");
      }
      return line;
    } catch (IOException e) {
      throw new UncheckedIOException("the switch's sniffer is gone; see its log", e);
    }
  }

  @Override
  public void close() {
    try {
      orders.close();
      process.waitFor(END_SECONDS, TimeUnit.SECONDS);
    } catch (IOException e) {
      throw new UncheckedIOException("the switch's sniffer was gone before; see its log", e);
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
    } finally {
      process.destroyForcibly();
    }
  }
}
