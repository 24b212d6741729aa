package io.tombolo.xds.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// How an application makes a resource of the path that reaches it.
enum Reading {
  /// As it is written.
  RAW {
    @Override
    String resource(String path) {
      return withoutQuery(path);
    }
  },
  /// As servlet containers do: parameters cut off, then decoded once, then resolved.
  SERVLET {
    @Override
    String resource(String path) {
      return resolved(decoded(withoutParameters(withoutQuery(path)), false));
    }
  },
  /// Decoded by a first party, and taken apart and decoded again by a second.
  DOUBLE {
    @Override
    String resource(String path) {
      var once = withoutFragment(withoutQuery(decoded(withoutQuery(path), false)));
      return resolved(decoded(withoutParameters(once), false));
    }
  },
  /// As Windows and C do: `%uXXXX` and overlong UTF-8 decoded, cut at NUL, controls left out, dots
  /// and spaces at the end of segments left out.
  LENIENT {
    @Override
    String resource(String path) {
      var decoded = decoded(withoutQuery(path), true);
      int end = decoded.indexOf('\0');
      var text = new StringBuilder();
      decoded
          .substring(0, end < 0 ? decoded.length() : end)
          .chars()
          .filter(c -> c >= ' ' && c != 0x7f)
          .forEach(c -> text.append((char) c));
      return resolved(trimmed(text.toString()));
    }
  };

  /// What a request with this path asks for, in the eyes of such an application.
  abstract String resource(String path);

  private static String withoutQuery(String path) {
    return upTo(path, '?');
  }

  private static String withoutFragment(String path) {
    return upTo(path, '#');
  }

  private static String upTo(String text, char end) {
    int at = text.indexOf(end);
    return at < 0 ? text : text.substring(0, at);
  }

  private static String withoutParameters(String path) {
    return eachSegment(path, segment -> upTo(segment, ';'));
  }

  private static String trimmed(String path) {
    return eachSegment(
        path.replace('\\', '/'),
        segment -> segment.matches("\\.{0,2}") ? segment : segment.replaceFirst("[. ]+$", ""));
  }

  private static String eachSegment(String path, java.util.function.UnaryOperator<String> change) {
    return String.join("/", List.of(path.split("/", -1)).stream().map(change).toList());
  }

  /// What is no escape stays as it is.
  private static String decoded(String path, boolean lenient) {
    var text = new StringBuilder();
    for (int i = 0; i < path.length(); ) {
      var wide = lenient ? hex(path, i, "%u", 4) : Optional.<Integer>empty();
      var escape = hex(path, i, "%", 2);
      if (wide.isPresent()) {
        text.append((char) (int) wide.get());
        i += 6;
      } else if (escape.isPresent()) {
        text.append((char) (int) escape.get());
        i += 3;
      } else {
        text.append(path.charAt(i++));
      }
    }
    return lenient ? shortened(text.toString()) : text.toString();
  }

  private static Optional<Integer> hex(String path, int at, String before, int digits) {
    int from = at + before.length();
    if (!path.startsWith(before, at) || from + digits > path.length()) {
      return Optional.empty();
    }
    int value = 0;
    for (char c : path.substring(from, from + digits).toCharArray()) {
      int digit = c < 0x80 ? Character.digit(c, 16) : -1;
      if (digit < 0) {
        return Optional.empty();
      }
      value = value * 16 + digit;
    }
    return Optional.of(value);
  }

  /// With UTF-8 that is longer than need be replaced by what it stands for in ASCII.
  private static String shortened(String bytes) {
    var text = new StringBuilder();
    for (int i = 0; i < bytes.length(); ) {
      int length = overlong(bytes, i);
      if (length == 0) {
        text.append(bytes.charAt(i++));
      } else {
        int high = bytes.charAt(i + length - 2) & 1;
        text.append((char) ((high << 6) | (bytes.charAt(i + length - 1) & 0x3f)));
        i += length;
      }
    }
    return text.toString();
  }

  private static int overlong(String bytes, int at) {
    for (var start :
        List.of(
            "\u00c0",
            "\u00c1",
            "\u00e0\u0080",
            "\u00e0\u0081",
            "\u00f0\u0080\u0080",
            "\u00f0\u0080\u0081")) {
      int length = start.length() + 1;
      if (bytes.startsWith(start, at) && at + length <= bytes.length()) {
        return length;
      }
    }
    return 0;
  }

  private static String resolved(String path) {
    var segments = new ArrayList<String>();
    for (var segment : path.replace('\\', '/').split("/", -1)) {
      switch (segment) {
        case "", "." -> {}
        case ".." -> {
          if (!segments.isEmpty()) {
            segments.removeLast();
          }
        }
        default -> segments.add(segment);
      }
    }
    return "/" + String.join("/", segments);
  }
}
