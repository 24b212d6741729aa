package io.tombolo.kubernetes;

/// What a zone may be called. One that is no label value of Kubernetes counts as none.
final class Zone {
  private static final int LONGEST = 63;

  private Zone() {}

  static String orNone(String zone) {
    return zone.length() <= LONGEST && zone.chars().allMatch(Zone::allowed) ? zone : "";
  }

  private static boolean allowed(int c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '-'
        || c == '_'
        || c == '.';
  }
}
