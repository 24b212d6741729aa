package io.tombolo.xds.profile;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Queue;
import java.util.concurrent.ConcurrentLinkedQueue;

/// An application that tells what reached it, byte by byte, and keeps it. It speaks HTTP/1.1 or
/// HTTP/2 without TLS, and takes part in a WebSocket by saying what it is told.
final class Application implements AutoCloseable {
  private final String name;
  private final ServerSocket listening;
  private final Queue<Seen> seen = new ConcurrentLinkedQueue<>();

  private Application(String name, ServerSocket listening) {
    this.name = name;
    this.listening = listening;
  }

  static Application http1(String name) {
    return start(name, false);
  }

  static Application http2(String name) {
    return start(name, true);
  }

  private static Application start(String name, boolean http2) {
    try {
      var listening = new ServerSocket(0, 128, InetAddress.ofLiteral("127.0.0.1"));
      var application = new Application(name, listening);
      Thread.ofVirtual().name(name).start(() -> application.accept(http2));
      return application;
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  int port() {
    return listening.getLocalPort();
  }

  /// What has reached it since this was last asked.
  List<Seen> seen() {
    var all = new ArrayList<Seen>();
    for (var one = seen.poll(); one != null; one = seen.poll()) {
      all.add(one);
    }
    return all;
  }

  private void accept(boolean http2) {
    while (!listening.isClosed()) {
      try {
        var socket = listening.accept();
        Thread.ofVirtual().start(() -> serve(socket, http2));
      } catch (IOException closed) {
        return;
      }
    }
  }

  private void serve(Socket socket, boolean http2) {
    try (socket) {
      if (http2) {
        answerFrames(Http2.server(socket));
      } else {
        answer(socket);
      }
    } catch (IOException gone) {
      // The proxy has closed it.
    }
  }

  private void answer(Socket socket) throws IOException {
    var in = new BufferedInputStream(socket.getInputStream());
    var out = socket.getOutputStream();
    for (var head = Bytes.head(in); !head.isEmpty(); head = Bytes.head(in)) {
      var _ = Bytes.body(head, in);
      var request = request(head);
      seen.add(request);
      if (Bytes.header(head, "upgrade").equals("websocket")) {
        out.write(
            Bytes.of(
                "HTTP/1.1 101 Switching Protocols\r\nconnection: upgrade\r\nupgrade: websocket\r\n"
                    + Answer.BY_APPLICATION
                    + ": 1\r\n\r\n"));
        in.transferTo(out);
        return;
      }
      var body = request.text();
      out.write(
          Bytes.of(
              "HTTP/1.1 200 OK\r\n%s: 1\r\ncontent-length: %d\r\n\r\n%s"
                  .formatted(
                      Answer.BY_APPLICATION,
                      body.length(),
                      request.method().equals("HEAD") ? "" : body)));
    }
  }

  private Seen request(String head) {
    var lines = head.split("\r\n", -1);
    int method = lines[0].indexOf(' ');
    int version = lines[0].lastIndexOf(' ');
    var fields = new ArrayList<Field>();
    for (int i = 1; i < lines.length; i++) {
      int colon = lines[i].indexOf(':');
      fields.add(new Field(lines[i].substring(0, colon), lines[i].substring(colon + 1).strip()));
    }
    return new Seen(
        name, lines[0].substring(0, method), lines[0].substring(method + 1, version), fields);
  }

  private void answerFrames(Http2 connection) throws IOException {
    var heads = new HashMap<Integer, List<Field>>();
    while (true) {
      var frame = connection.next();
      if (frame.type() == Http2.GOAWAY) {
        return;
      }
      if (frame.type() == Http2.HEADERS) {
        heads.putIfAbsent(frame.stream(), frame.fields());
      }
      var head = frame.last() ? heads.remove(frame.stream()) : null;
      if (head != null && frame.type() != Http2.RST_STREAM) {
        respond(connection, frame.stream(), request(head));
      }
    }
  }

  private Seen request(List<Field> head) {
    var fields = new ArrayList<Field>();
    for (var field : head) {
      if (field.is(":authority")) {
        fields.add(new Field("host", field.value()));
      } else if (!field.name().startsWith(":")) {
        fields.add(field);
      }
    }
    return new Seen(name, first(head, ":method"), first(head, ":path"), fields);
  }

  private static String first(List<Field> head, String name) {
    return head.stream().filter(field -> field.is(name)).map(Field::value).findFirst().orElse("");
  }

  private void respond(Http2 connection, int stream, Seen request) throws IOException {
    seen.add(request);
    var head =
        List.of(
            new Field(":status", "200"),
            new Field("content-type", "application/grpc"),
            new Field(Answer.BY_APPLICATION, "1"));
    connection.sendHeaders(stream, head, false);
    connection.sendData(stream, Bytes.of(request.text()), false);
    connection.sendHeaders(stream, List.of(new Field("grpc-status", "0")), true);
  }

  @Override
  public void close() {
    try {
      listening.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }
}
