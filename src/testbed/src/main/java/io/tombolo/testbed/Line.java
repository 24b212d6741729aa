package io.tombolo.testbed;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.io.InputStream;
import java.net.Socket;
import java.nio.charset.StandardCharsets;
import java.util.Optional;

/// A TCP connection that is opened when it is needed, and again after it was lost.
final class Line implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 5_000;

  private final Place from;
  private final String address;
  private final int port;
  private Optional<Open> open = Optional.empty();
  private long opened;

  private record Open(Socket socket, InputStream input) {}

  Line(Place from, String address, int port) {
    this.from = from;
    this.address = address;
    this.port = port;
  }

  String target() {
    return address + ":" + port;
  }

  long opened() {
    return opened;
  }

  void send(String text) throws IOException {
    if (open.isEmpty()) {
      var socket = from.connect(address, port);
      opened++;
      open = Optional.of(new Open(socket, new BufferedInputStream(socket.getInputStream())));
      socket.setSoTimeout(PATIENCE_MILLIS);
      socket.setTcpNoDelay(true);
    }
    current().socket.getOutputStream().write(text.getBytes(StandardCharsets.UTF_8));
  }

  /// The next line, without its end.
  String readLine() throws IOException {
    var line = new ByteArrayOutputStream();
    for (int b = current().input.read(); b != '\n'; b = current().input.read()) {
      if (b < 0) {
        throw new EOFException("closed by the other side");
      }
      line.write(b);
    }
    return line.toString(StandardCharsets.UTF_8).stripTrailing();
  }

  String read(int length) throws IOException {
    var bytes = current().input.readNBytes(length);
    if (bytes.length < length) {
      throw new EOFException("closed by the other side");
    }
    return new String(bytes, StandardCharsets.UTF_8);
  }

  private Open current() {
    return open.orElseThrow();
  }

  @Override
  public void close() {
    open.ifPresent(connection -> {
      try {
        connection.socket.close();
      } catch (IOException ignored) {
        // It is given up anyway.
      }
    });
    open = Optional.empty();
  }
}
