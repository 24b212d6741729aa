package io.tombolo.identity;

import java.io.ByteArrayOutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;

/// A value in DER, broken at each of its parts in each of several ways, everything around the part
/// mended to be consistent.
final class BrokenDer {
  private static final int CONSTRUCTED = 0x20;

  private BrokenDer() {}

  /// One part: a primitive one with its content, or a constructed one with its parts.
  private static final class Part {
    private final int tag;
    private final byte[] content;
    private final List<Part> parts;

    Part(int tag, byte[] content, List<Part> parts) {
      this.tag = tag;
      this.content = content;
      this.parts = parts;
    }

    static Part read(byte[] der) {
      int head = head(der);
      byte[] content = Arrays.copyOfRange(der, head, der.length);
      if ((der[0] & CONSTRUCTED) == 0) {
        return new Part(der[0] & 0xff, content, List.of());
      }
      var parts = new ArrayList<Part>();
      for (int at = 0; at < content.length; ) {
        byte[] rest = Arrays.copyOfRange(content, at, content.length);
        int length = head(rest) + length(rest);
        parts.add(read(Arrays.copyOf(rest, length)));
        at += length;
      }
      return new Part(der[0] & 0xff, content, parts);
    }

    private static int head(byte[] der) {
      return der[1] >= 0 ? 2 : 2 + (der[1] & 0x7f);
    }

    private static int length(byte[] der) {
      int length = der[1] >= 0 ? der[1] : 0;
      for (int at = 2; at < head(der); at++) {
        length = length << 8 | (der[at] & 0xff);
      }
      return length;
    }

    byte[] body() {
      if ((tag & CONSTRUCTED) == 0) {
        return content;
      }
      var body = new ByteArrayOutputStream();
      parts.forEach(part -> body.writeBytes(part.written()));
      return body.toByteArray();
    }

    byte[] written() {
      return written(tag, body());
    }

    static byte[] written(int tag, byte[] body) {
      var out = new ByteArrayOutputStream();
      out.write(tag);
      if (body.length < 128) {
        out.write(body.length);
      } else {
        out.writeBytes(new byte[] {(byte) 0x82, (byte) (body.length >> 8), (byte) body.length});
      }
      out.writeBytes(body);
      return out.toByteArray();
    }

    int count() {
      return 1 + parts.stream().mapToInt(Part::count).sum();
    }
  }

  static Map<String, byte[]> of(byte[] der) {
    var ways = new LinkedHashMap<String, UnaryOperator<byte[]>>();
    ways.put("with another tag", bytes -> changed(bytes, 0, bytes[0] ^ 0x07));
    ways.put("of a tag for private use", bytes -> changed(bytes, 0, bytes[0] | 0xc0));
    ways.put("emptied", bytes -> new byte[] {bytes[0], 0});
    ways.put("left out", _ -> new byte[0]);
    ways.put("twice", bytes -> joined(bytes, bytes));
    ways.put("of indefinite length", bytes -> joined(new byte[] {bytes[0], (byte) 0x80}, bytes));
    ways.put("with a length of four bytes", BrokenDer::longLength);
    ways.put("followed by a null", bytes -> joined(bytes, new byte[] {5, 0}));
    var root = Part.read(der);
    var broken = new LinkedHashMap<String, byte[]>();
    for (int part = 1; part < root.count(); part++) {
      for (var way : ways.entrySet()) {
        var counter = new int[] {part};
        broken.put(
            "part %d %s".formatted(part, way.getKey()), written(root, counter, way.getValue()));
      }
    }
    return broken;
  }

  /// @param until counted down at each part; the one at which it is 0 is broken
  private static byte[] written(Part part, int[] until, UnaryOperator<byte[]> way) {
    if (until[0]-- == 0) {
      return way.apply(part.written());
    }
    if ((part.tag & CONSTRUCTED) == 0) {
      return part.written();
    }
    var body = new ByteArrayOutputStream();
    part.parts.forEach(below -> body.writeBytes(written(below, until, way)));
    return Part.written(part.tag, body.toByteArray());
  }

  private static byte[] longLength(byte[] written) {
    int head = Part.head(written);
    int length = written.length - head;
    byte[] start = {written[0], (byte) 0x84, 0, 0, (byte) (length >> 8), (byte) length};
    return joined(start, Arrays.copyOfRange(written, head, written.length));
  }

  private static byte[] changed(byte[] bytes, int at, int value) {
    byte[] out = bytes.clone();
    out[at] = (byte) value;
    return out;
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] out = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, out, one.length, other.length);
    return out;
  }
}
