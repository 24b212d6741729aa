package io.tombolo.xds.profile;

import io.netty.buffer.Unpooled;
import io.netty.handler.codec.http2.DefaultHttp2HeadersDecoder;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.EOFException;
import java.io.IOException;
import java.net.Socket;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.StreamSupport;

/// One end of an HTTP/2 connection that sends what it is told, whether it may be sent or not.
/// Belongs to one thread.
final class Http2 implements Closeable {
  static final int DATA = 0;
  static final int HEADERS = 1;
  static final int RST_STREAM = 3;
  static final int GOAWAY = 7;

  private static final int SETTINGS = 4;
  private static final int PING = 6;
  private static final int WINDOW_UPDATE = 8;
  private static final int CONTINUATION = 9;

  private static final int END_STREAM = 1;
  private static final int ACK = 1;
  private static final int END_HEADERS = 4;
  private static final int PADDED = 8;
  private static final int PRIORITY = 0x20;

  private static final int LARGEST = 16_384;
  private static final int WINDOW = 1 << 30;
  private static final String PREFACE = "PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n";

  private final Socket socket;
  private final DataInputStream in;
  private final DataOutputStream out;
  private final DefaultHttp2HeadersDecoder decoder = new DefaultHttp2HeadersDecoder(false, 1 << 20);

  /// A frame about a stream, or the end of the connection.
  ///
  /// @param fields of HEADERS
  /// @param data of DATA
  record Frame(int type, int stream, boolean last, List<Field> fields, String data) {}

  private record Raw(int type, int flags, int stream, String payload) {
    boolean has(int flag) {
      return (flags & flag) != 0;
    }
  }

  private Http2(Socket socket) throws IOException {
    this.socket = socket;
    this.in = new DataInputStream(new java.io.BufferedInputStream(socket.getInputStream()));
    this.out = new DataOutputStream(new java.io.BufferedOutputStream(socket.getOutputStream()));
  }

  /// The end that begins.
  static Http2 client(Socket socket) throws IOException {
    var end = new Http2(socket);
    end.out.write(Bytes.of(PREFACE));
    end.greet();
    return end;
  }

  /// The end that answers.
  static Http2 server(Socket socket) throws IOException {
    var end = new Http2(socket);
    var preface = Bytes.text(end.in.readNBytes(PREFACE.length()));
    if (!preface.equals(PREFACE)) {
      throw new IOException("no HTTP/2: " + preface);
    }
    end.greet();
    return end;
  }

  /// Windows so wide that nobody waits for an update.
  private void greet() throws IOException {
    write(SETTINGS, 0, 0, new byte[] {0, 4, WINDOW >> 24, 0, 0, 0});
    write(WINDOW_UPDATE, 0, 0, new byte[] {WINDOW >> 25, 0, 0, 0});
    out.flush();
  }

  void sendHeaders(int stream, List<Field> fields, boolean last) throws IOException {
    var block = block(fields);
    for (int from = 0; from == 0 || from < block.length; from += LARGEST) {
      int to = Math.min(block.length, from + LARGEST);
      int flags = (to == block.length ? END_HEADERS : 0) | (from == 0 && last ? END_STREAM : 0);
      write(
          from == 0 ? HEADERS : CONTINUATION,
          flags,
          stream,
          java.util.Arrays.copyOfRange(block, from, to));
    }
    out.flush();
  }

  void sendData(int stream, byte[] data, boolean last) throws IOException {
    for (int from = 0; from == 0 || from < data.length; from += LARGEST) {
      int to = Math.min(data.length, from + LARGEST);
      write(
          DATA,
          to == data.length && last ? END_STREAM : 0,
          stream,
          java.util.Arrays.copyOfRange(data, from, to));
    }
    out.flush();
  }

  /// Literals that nobody remembers (RFC 7541, section 6.2.2), without Huffman code.
  private static byte[] block(List<Field> fields) {
    var block = new ByteArrayOutputStream();
    for (var field : fields) {
      block.write(0);
      text(block, field.name());
      text(block, field.value());
    }
    return block.toByteArray();
  }

  private static void text(ByteArrayOutputStream block, String text) {
    int rest = text.length() - 127;
    block.write(Math.min(text.length(), 127));
    if (rest >= 0) {
      for (; rest >= 128; rest >>= 7) {
        block.write((rest & 127) | 128);
      }
      block.write(rest);
    }
    block.writeBytes(Bytes.of(text));
  }

  private void write(int type, int flags, int stream, byte[] payload) throws IOException {
    out.writeInt(payload.length << 8 | type);
    out.writeByte(flags);
    out.writeInt(stream);
    out.write(payload);
  }

  /// The next frame that says something about a stream, or GOAWAY.
  ///
  /// @throws EOFException when the other end has closed
  Frame next() throws IOException {
    while (true) {
      var raw = read();
      switch (raw.type) {
        case DATA, RST_STREAM, GOAWAY -> {
          return frame(raw, List.of(), raw.payload);
        }
        case HEADERS -> {
          return frame(raw, decoded(raw), "");
        }
        case SETTINGS, PING -> {
          if (!raw.has(ACK)) {
            write(raw.type, ACK, 0, raw.type == PING ? Bytes.of(raw.payload) : new byte[0]);
            out.flush();
          }
        }
        default -> {}
      }
    }
  }

  private static Frame frame(Raw raw, List<Field> fields, String data) {
    boolean last = raw.type == RST_STREAM || raw.type == GOAWAY || raw.has(END_STREAM);
    return new Frame(raw.type, raw.stream, last, fields, data);
  }

  private Raw read() throws IOException {
    int first = in.readInt();
    int flags = in.readUnsignedByte();
    int stream = in.readInt() & 0x7fffffff;
    int length = first >>> 8;
    var payload = in.readNBytes(length);
    if (payload.length < length) {
      throw new EOFException("within a frame");
    }
    return new Raw(first & 0xff, flags, stream, Bytes.text(payload));
  }

  private List<Field> decoded(Raw raw) throws IOException {
    var block = new ByteArrayOutputStream();
    int from = (raw.has(PADDED) ? 1 : 0) + (raw.has(PRIORITY) ? 5 : 0);
    int padding = raw.has(PADDED) ? raw.payload.charAt(0) : 0;
    block.writeBytes(Bytes.of(raw.payload.substring(from, raw.payload.length() - padding)));
    boolean complete = raw.has(END_HEADERS);
    while (!complete) {
      var more = read();
      block.writeBytes(Bytes.of(more.payload));
      complete = more.has(END_HEADERS);
    }
    try {
      var decoded = decoder.decodeHeaders(raw.stream, Unpooled.wrappedBuffer(block.toByteArray()));
      return new ArrayList<>(
          StreamSupport.stream(decoded.spliterator(), false)
              .map(header -> new Field(header.getKey().toString(), header.getValue().toString()))
              .toList());
    } catch (io.netty.handler.codec.http2.Http2Exception malformed) {
      throw new IOException(malformed);
    }
  }

  @Override
  public void close() throws IOException {
    socket.close();
  }
}
