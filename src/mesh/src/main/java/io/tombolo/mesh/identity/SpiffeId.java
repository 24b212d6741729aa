package io.tombolo.mesh.identity;

/// The identity of a workload (SPIFFE-ID, section 2): `spiffe://<trust domain><path>`.
///
/// @param path empty, or segments of letters, digits, `.`, `-` and `_`, each after a `/`
public record SpiffeId(TrustDomain trustDomain, String path) implements Comparable<SpiffeId> {
  private static final String SCHEME = "spiffe://";
  private static final int MOST_BYTES = 2048;

  public SpiffeId {
    if (SCHEME.length() + trustDomain.name().length() + path.length() > MOST_BYTES) {
      throw new IllegalArgumentException("a SPIFFE ID has at most 2048 bytes");
    }
    if (!path.isEmpty()) {
      checkPath(path);
    }
  }

  /// The identity written as a URI.
  ///
  /// @throws IllegalArgumentException if it is not a valid SPIFFE ID; the message says why
  public static SpiffeId parse(String uri) {
    if (!uri.startsWith(SCHEME)) {
      throw new IllegalArgumentException("a SPIFFE ID starts with spiffe://");
    }
    int slash = uri.indexOf('/', SCHEME.length());
    return slash < 0
        ? new SpiffeId(new TrustDomain(uri.substring(SCHEME.length())), "")
        : new SpiffeId(
            new TrustDomain(uri.substring(SCHEME.length(), slash)), uri.substring(slash));
  }

  /// The identity of pods that run under a Kubernetes service account.
  public static SpiffeId serviceAccount(
      TrustDomain trustDomain, String namespace, String serviceAccount) {
    return new SpiffeId(
        trustDomain, "/ns/" + segment(namespace) + "/sa/" + segment(serviceAccount));
  }

  /// The identity of instances of a Consul service, in Consul's own format.
  public static SpiffeId consulService(
      TrustDomain trustDomain, String namespace, String datacenter, String service) {
    return new SpiffeId(
        trustDomain,
        "/ns/" + segment(namespace) + "/dc/" + segment(datacenter) + "/svc/" + segment(service));
  }

  /// The identity of the mesh gateways of a network.
  public static SpiffeId meshGateway(TrustDomain trustDomain, String network) {
    return new SpiffeId(trustDomain, "/gateway/mesh/" + segment(network));
  }

  /// The identity of the control plane itself.
  public static SpiffeId controlPlane(TrustDomain trustDomain) {
    return new SpiffeId(trustDomain, "/tombolo/control-plane");
  }

  private static String segment(String text) {
    if (text.indexOf('/') >= 0) {
      throw new IllegalArgumentException("a path segment of a SPIFFE ID has no '/'");
    }
    return text;
  }

  private static void checkPath(String path) {
    if (path.charAt(0) != '/') {
      throw new IllegalArgumentException("the path of a SPIFFE ID starts with '/'");
    }
    int start = 1;
    for (int i = 1; i <= path.length(); i++) {
      if (i == path.length() || path.charAt(i) == '/') {
        checkSegment(path, start, i);
        start = i + 1;
      } else if (!allowed(path.charAt(i))) {
        throw new IllegalArgumentException(
            "the path of a SPIFFE ID has only a-z, A-Z, 0-9, '.', '-' and '_' in a segment"
                + " (character %d is not)".formatted(i + 1));
      }
    }
  }

  private static void checkSegment(String path, int start, int end) {
    int length = end - start;
    boolean dots =
        (length == 1 && path.charAt(start) == '.') || (length == 2 && path.startsWith("..", start));
    if (length == 0 || dots) {
      throw new IllegalArgumentException(
          "no path segment of a SPIFFE ID is empty, '.' or '..' (character %d)"
              .formatted(start + 1));
    }
  }

  private static boolean allowed(char c) {
    return (c >= 'a' && c <= 'z')
        || (c >= 'A' && c <= 'Z')
        || (c >= '0' && c <= '9')
        || c == '.'
        || c == '-'
        || c == '_';
  }

  @Override
  public int compareTo(SpiffeId other) {
    return toString().compareTo(other.toString());
  }

  @Override
  public String toString() {
    return SCHEME + trustDomain.name() + path;
  }
}
