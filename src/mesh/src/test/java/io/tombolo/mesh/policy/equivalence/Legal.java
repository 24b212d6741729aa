package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Request;
import java.util.regex.Pattern;

/// What can be sent at all.
final class Legal {
  private static final Pattern PATH = Pattern.compile("/[\\x21-\\x7e&&[^?#]]*");
  private static final Pattern VALUE = Pattern.compile("[\\t\\x20-\\x7e]*");

  private Legal() {}

  static boolean request(Request request) {
    var http = request.http();
    return http != null
        && PATH.matcher(http.path()).matches()
        && http.headers().values().stream()
            .allMatch(values ->
                !values.isEmpty()
                    && values.stream().allMatch(value -> VALUE.matcher(value).matches()));
  }
}
