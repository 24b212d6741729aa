package io.tombolo.xds.profile;

import java.io.BufferedInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.Socket;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.net.ssl.SNIServerName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;

/// A workload that has the keys of its proxy and speaks to other proxies as it likes. Connections
/// are kept, one for each SNI and protocol. Belongs to one thread.
final class Caller implements AutoCloseable {
  private static final int PATIENCE_MILLIS = 5_000;

  private final SSLContext tls;
  private final int port;
  private final Map<String, Line> lines = new HashMap<>();
  private final Map<String, Stream> streams = new HashMap<>();

  /// A kept connection in HTTP/1.1.
  private record Line(SSLSocket socket, BufferedInputStream in) {}

  /// A kept connection in HTTP/2.
  private static final class Stream {
    private final Http2 connection;
    private int next = 1;

    Stream(Http2 connection) {
      this.connection = connection;
    }
  }

  /// @param port where the proxy listens, on loopback
  Caller(Pki.Keys keys, Path roots, int port) {
    this.tls = keys.context(roots);
    this.port = port;
  }

  /// A new connection to whoever has this name.
  ///
  /// @throws IOException if the proxy refuses it
  SSLSocket connect(String sni, String alpn) throws IOException {
    var plain = new Socket();
    try {
      plain.connect(
          new InetSocketAddress(InetAddress.ofLiteral("127.0.0.1"), port), PATIENCE_MILLIS);
      plain.setSoTimeout(PATIENCE_MILLIS);
      plain.setTcpNoDelay(true);
      var socket = (SSLSocket) tls.getSocketFactory().createSocket(plain, peer(sni), port, true);
      var parameters = socket.getSSLParameters();
      parameters.setServerNames(
          sni.isEmpty() ? List.of() : List.of(new SNIServerName(0, Bytes.of(sni)) {}));
      parameters.setApplicationProtocols(new String[] {alpn});
      socket.setSSLParameters(parameters);
      socket.startHandshake();
      return socket;
    } catch (IOException e) {
      plain.close();
      throw e;
    }
  }

  /// A name for the cache of TLS sessions: none is resumed under another SNI.
  private static String peer(String sni) {
    return "proxy-" + HexFormat.of().formatHex(Bytes.of(sni));
  }

  /// Sends a request of HTTP/1.1 as it stands, on the kept connection.
  Answer http1(String sni, String request) {
    try {
      var line = lines.get(sni);
      if (line == null) {
        var socket = connect(sni, "http/1.1");
        line = new Line(socket, new BufferedInputStream(socket.getInputStream()));
        lines.put(sni, line);
      }
      line.socket.getOutputStream().write(Bytes.of(request));
      var head = Bytes.head(line.in);
      var body = request.startsWith("HEAD ") ? new byte[0] : Bytes.body(head, line.in);
      var answer = answer(head, body);
      if (!answer.isOrderly()) {
        hangUp(sni);
      }
      return answer;
    } catch (IOException closed) {
      hangUp(sni);
      return Answer.CLOSED;
    }
  }

  private static Answer answer(String head, byte[] body) {
    if (head.isEmpty()) {
      return Answer.CLOSED;
    }
    return new Answer(
        Integer.parseInt(head.substring(9, 12)),
        body.length == 0 || Bytes.header(head, Answer.BY_APPLICATION).isEmpty()
            ? Optional.empty()
            : Optional.of(Seen.of(Bytes.text(body))));
  }

  /// Sends bytes on a connection of their own and reads what comes back until it is closed, or
  /// nothing comes for a moment. May be called by many threads.
  String alone(String sni, String bytes) {
    var back = new ByteArrayOutputStream();
    try (var socket = connect(sni, "http/1.1")) {
      socket.setSoTimeout(500);
      socket.getOutputStream().write(Bytes.of(bytes));
      socket.getInputStream().transferTo(back);
    } catch (IOException overOrSilent) {
      return Bytes.text(back.toByteArray());
    }
    return Bytes.text(back.toByteArray());
  }

  void hangUp(String sni) {
    var line = lines.remove(sni);
    if (line != null) {
      closed(line.socket);
    }
  }

  /// Sends the head of a request of HTTP/2, without a body, on the kept connection.
  Answer http2(String sni, List<Field> fields) {
    try {
      var stream = streams.get(sni);
      if (stream == null) {
        stream = new Stream(Http2.client(connect(sni, "h2")));
        streams.put(sni, stream);
      }
      int id = stream.next;
      stream.next += 2;
      stream.connection.sendHeaders(id, fields, true);
      return answer(sni, stream.connection, id);
    } catch (IOException over) {
      var stream = streams.remove(sni);
      if (stream != null) {
        closed(stream.connection);
      }
      return Answer.CLOSED;
    }
  }

  private Answer answer(String sni, Http2 connection, int id) throws IOException {
    var head = new ArrayList<Field>();
    var body = new StringBuilder();
    while (true) {
      var frame = connection.next();
      if (frame.type() == Http2.GOAWAY) {
        streams.remove(sni);
        connection.close();
        return Answer.CLOSED;
      }
      if (frame.stream() == id) {
        head.addAll(frame.fields());
        body.append(frame.type() == Http2.DATA ? frame.data() : "");
        if (frame.last()) {
          return answer(head, body.toString());
        }
      }
    }
  }

  private static Answer answer(List<Field> head, String body) {
    var byName =
        head.stream().collect(Collectors.toMap(Field::name, Field::value, (first, _) -> first));
    return new Answer(
        Integer.parseInt(byName.getOrDefault(":status", "0")),
        byName.containsKey(Answer.BY_APPLICATION) ? Optional.of(Seen.of(body)) : Optional.empty());
  }

  private static void closed(java.io.Closeable connection) {
    try {
      connection.close();
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void close() {
    List.copyOf(lines.keySet()).forEach(this::hangUp);
    streams.values().forEach(stream -> closed(stream.connection));
  }
}
