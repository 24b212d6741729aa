package io.tombolo.mesh.traffic;

import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.stream.Stream;

/// Whether proxies report the calls that reach them, and what of each.
///
/// @param headers whose values are reported besides those of headers that the policy of the
///   destination looks at, in lower case; never one that may carry a secret
public record Reporting(boolean on, Set<String> headers) {
  /// Nothing is reported.
  public static final Reporting OFF = new Reporting(false, Set.of());

  /// Most headers of one request that are reported.
  public static final int MOST_HEADERS = 32;

  private static final List<String> SECRET =
      List.of(
          "auth",
          "cookie",
          "cert",
          "credential",
          "jwt",
          "key",
          "passw",
          "secret",
          "session",
          "signature",
          "token");

  public Reporting {
    for (var header : headers) {
      if (isSecret(header)) {
        throw new IllegalArgumentException(
            "%s may carry a secret and is never reported; leave it out".formatted(header));
      }
    }
    headers = Set.copyOf(headers);
  }

  /// May the values of this header be secrets, by the words in its name?
  public static boolean isSecret(String header) {
    var name = header.toLowerCase(Locale.ROOT);
    return SECRET.stream().anyMatch(name::contains);
  }

  /// The headers whose values are reported of calls that this policy is about, in order.
  public List<String> headers(InboundPolicy policy) {
    var lookedAt =
        policy.rules().stream()
            .flatMap(rule -> rule.condition().headers())
            .map(Condition.Header::name)
            .filter(name -> !isSecret(name));
    return Stream.concat(headers.stream(), lookedAt)
        .distinct()
        .sorted()
        .limit(MOST_HEADERS)
        .toList();
  }
}
