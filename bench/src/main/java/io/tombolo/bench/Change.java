package io.tombolo.bench;

import java.nio.charset.StandardCharsets;

/// A moved endpoint, which carries the number of the change in its address, within the network that
/// RFC 2544 keeps for benchmarks: so a proxy knows a change by its content, whatever the versions.
record Change(int number) {
  static final int MOST = 1 << 17;
  private static final byte[] MARK = "198.1".getBytes(StandardCharsets.US_ASCII);

  /// The endpoint's address.
  String address() {
    return "198.%d.%d.%d".formatted(18 + (number >> 16), number >> 8 & 255, number & 255);
  }

  /// The number of the change that a resource carries, or 0.
  static int in(Answer answer, Answer.Given given) {
    int end = given.from() + given.length();
    for (int at = answer.indexOf(MARK, given.from(), end);
        at >= 0;
        at = answer.indexOf(MARK, at + 1, end)) {
      int number = number(answer.bytes(), at + MARK.length, end);
      if (number > 0) {
        return number;
      }
    }
    return 0;
  }

  private static int number(byte[] bytes, int at, int end) {
    if (at + 1 >= end || (bytes[at] != '8' && bytes[at] != '9') || bytes[at + 1] != '.') {
      return 0;
    }
    int number = bytes[at] - '8';
    int part = 0;
    int dots = 0;
    for (int i = at + 2; i < end; i++) {
      if (bytes[i] == '.' && dots == 0) {
        number = number << 8 | part;
        part = 0;
        dots = 1;
      } else if (bytes[i] >= '0' && bytes[i] <= '9') {
        part = part * 10 + bytes[i] - '0';
      } else {
        break;
      }
    }
    return dots == 1 ? number << 8 | part : 0;
  }
}
