package io.tombolo.bench;

import com.google.protobuf.CodedInputStream;
import com.google.protobuf.WireFormat;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.List;

/// A `DeltaDiscoveryResponse` as it came, read only as far as a simulated proxy needs: hundreds of
/// them share the machine with what is measured.
final class Answer {
  private final byte[] bytes;
  private final Kind kind;
  private final String nonce;
  private final List<Given> resources;
  private final List<String> removed;

  private Answer(
      byte[] bytes, Kind kind, String nonce, List<Given> resources, List<String> removed) {
    this.bytes = bytes;
    this.kind = kind;
    this.nonce = nonce;
    this.resources = resources;
    this.removed = removed;
  }

  /// A resource in it.
  ///
  /// @param from where its body begins in the message
  record Given(String name, String version, int from, int length) {}

  static Answer of(byte[] bytes) {
    var url = "";
    var nonce = "";
    var resources = new ArrayList<Given>();
    var removed = new ArrayList<String>();
    var input = CodedInputStream.newInstance(bytes);
    try {
      for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
        switch (WireFormat.getTagFieldNumber(tag)) {
          case 2 -> resources.add(resource(input));
          case 4 -> url = input.readStringRequireUtf8();
          case 5 -> nonce = input.readStringRequireUtf8();
          case 6 -> removed.add(input.readStringRequireUtf8());
          default -> input.skipField(tag);
        }
      }
    } catch (IOException broken) {
      throw new UncheckedIOException("not a DeltaDiscoveryResponse", broken);
    }
    return new Answer(bytes, Kind.of(url), nonce, resources, removed);
  }

  private static Given resource(CodedInputStream input) throws IOException {
    int outer = input.pushLimit(input.readRawVarint32());
    var version = "";
    var name = "";
    int from = 0;
    int length = 0;
    for (int tag = input.readTag(); tag != 0; tag = input.readTag()) {
      switch (WireFormat.getTagFieldNumber(tag)) {
        case 1 -> version = input.readStringRequireUtf8();
        case 2 -> {
          int any = input.pushLimit(input.readRawVarint32());
          for (int inner = input.readTag(); inner != 0; inner = input.readTag()) {
            if (WireFormat.getTagFieldNumber(inner) == 2) {
              length = input.readRawVarint32();
              from = input.getTotalBytesRead();
              input.skipRawBytes(length);
            } else {
              input.skipField(inner);
            }
          }
          input.popLimit(any);
        }
        case 3 -> name = input.readStringRequireUtf8();
        default -> input.skipField(tag);
      }
    }
    input.popLimit(outer);
    return new Given(name, version, from, length);
  }

  /// The whole message.
  byte[] bytes() {
    return bytes;
  }

  Kind kind() {
    return kind;
  }

  String nonce() {
    return nonce;
  }

  List<Given> resources() {
    return resources;
  }

  List<String> removed() {
    return removed;
  }

  /// The body of a resource, to be read on.
  CodedInputStream body(Given given) {
    return CodedInputStream.newInstance(bytes, given.from(), given.length());
  }

  /// Is this text somewhere in the body?
  boolean contains(Given given, byte[] text) {
    return indexOf(text, given.from(), given.from() + given.length()) >= 0;
  }

  /// Where this text begins first within `from` to `to`, or -1.
  int indexOf(byte[] text, int from, int to) {
    for (int i = from; i <= to - text.length; i++) {
      int same = 0;
      while (same < text.length && bytes[i + same] == text[same]) {
        same++;
      }
      if (same == text.length) {
        return i;
      }
    }
    return -1;
  }
}
