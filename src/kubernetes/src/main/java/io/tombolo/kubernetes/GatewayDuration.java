package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.Names;
import java.util.List;

/// A duration as the Gateway API writes it (GEP-2257): up to four parts of 1 to 5 digits and a
/// unit, `h`, `m`, `s` or `ms`, in this order or any other, as `1h30m` or `500ms`.
final class GatewayDuration {
  private static final List<String> UNITS = List.of("h", "m", "s", "ms");
  private static final List<Long> MILLIS = List.of(3_600_000L, 60_000L, 1_000L, 1L);
  private static final int MOST_DIGITS = 5;

  private GatewayDuration() {}

  /// @throws IllegalArgumentException if it is not one; the message says what one looks like
  static long millis(String written) {
    long millis = 0;
    int at = 0;
    int parts = 0;
    while (at < written.length()) {
      int digits = end(written, at, true);
      int unit = end(written, digits, false);
      int known = UNITS.indexOf(written.substring(digits, unit));
      if (digits == at || digits - at > MOST_DIGITS || known < 0 || ++parts > UNITS.size()) {
        throw notOne(written);
      }
      millis += Long.parseLong(written.substring(at, digits)) * MILLIS.get(known);
      at = unit;
    }
    if (parts == 0) {
      throw notOne(written);
    }
    return millis;
  }

  private static int end(String text, int from, boolean digits) {
    int end = from;
    while (end < text.length() && isDigit(text.charAt(end)) == digits) {
      end++;
    }
    return end;
  }

  private static boolean isDigit(char c) {
    return c >= '0' && c <= '9';
  }

  private static IllegalArgumentException notOne(String written) {
    return new IllegalArgumentException(
        "must be a duration such as 1h30m, 10s or 500ms, not \"%s\""
            .formatted(Names.printable(written)));
  }
}
