package io.tombolo.identity;

/// The shape of DER (X.690, section 10): definite, shortest lengths, and no deep nesting. What
/// passes here cannot make a parser behind it recurse without bound.
final class Der {
  private static final int DEEPEST = 24;

  private Der() {}

  /// @throws IllegalArgumentException if these are not the bytes of exactly one DER value; the
  ///   message says why
  static void requireOneValue(byte[] der) {
    if (value(der, 0, der.length, 0) != der.length) {
      throw new IllegalArgumentException("bytes follow its end");
    }
  }

  /// Where the value that starts at `at` ends.
  private static int value(byte[] der, int at, int end, int depth) {
    if (depth > DEEPEST) {
      throw new IllegalArgumentException("it is nested too deeply");
    }
    if (end - at < 2) {
      throw new IllegalArgumentException("it is truncated");
    }
    if ((der[at] & 0x1f) == 0x1f) {
      throw new IllegalArgumentException("it has a tag that no certificate request has");
    }
    int lengthBytes = lengthBytes(der, at + 1, end);
    int start = at + 1 + lengthBytes;
    int stop = start + length(der, at + 1, lengthBytes);
    if (stop > end) {
      throw new IllegalArgumentException("it is truncated");
    }
    boolean constructed = (der[at] & 0x20) != 0;
    for (int inner = start; constructed && inner < stop; ) {
      inner = value(der, inner, stop, depth + 1);
    }
    return stop;
  }

  private static int lengthBytes(byte[] der, int at, int end) {
    int first = der[at] & 0xff;
    if (first < 0x80) {
      return 1;
    }
    if (first != 0x81 && first != 0x82) {
      throw new IllegalArgumentException("it has a length of indefinite or too long form");
    }
    int bytes = first - 0x80 + 1;
    if (at + bytes > end) {
      throw new IllegalArgumentException("it is truncated");
    }
    return bytes;
  }

  private static int length(byte[] der, int at, int bytes) {
    if (bytes == 1) {
      return der[at];
    }
    int length = bytes == 2 ? der[at + 1] & 0xff : (der[at + 1] & 0xff) << 8 | (der[at + 2] & 0xff);
    if (length < (bytes == 2 ? 0x80 : 0x100)) {
      throw new IllegalArgumentException("it has a length that is not the shortest");
    }
    return length;
  }
}
