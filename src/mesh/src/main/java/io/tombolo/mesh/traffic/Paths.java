package io.tombolo.mesh.traffic;

import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;
import java.util.SortedMap;
import java.util.SortedSet;
import java.util.TreeMap;
import java.util.TreeSet;

/// Which requests are meant by the examples that were seen. Of each method up to [#MOST] paths are
/// meant as they are; if there are more, or more than [#MOST_ALTOGETHER] of all methods, every path
/// below the directory that they have in common.
final class Paths {
  static final int MOST = 16;

  /// As many permissions and methods as an object may have.
  static final int MOST_ALTOGETHER = 32;

  private Paths() {}

  /// Can a permission name its path and its method? Consul reads all methods in upper case.
  static boolean canBeNamed(Request.Http request) {
    return request.path().startsWith("/")
        && request.method().chars().allMatch(c -> (c >= 'A' && c <= 'Z') || c == '-');
  }

  /// @param seen that can be named
  static List<Proposal.Requests> of(Collection<Request.Http> seen) {
    SortedMap<String, SortedSet<String>> pathsByMethod = new TreeMap<>();
    seen.forEach(request ->
        pathsByMethod.computeIfAbsent(request.method(), _ -> new TreeSet<>()).add(request.path()));
    var asTheyAre = of(pathsByMethod, MOST);
    return asTheyAre.size() <= MOST_ALTOGETHER ? asTheyAre : of(pathsByMethod, 1);
  }

  private static List<Proposal.Requests> of(
      SortedMap<String, SortedSet<String>> pathsByMethod, int most) {
    SortedMap<String, SortedSet<String>> exact = new TreeMap<>();
    SortedMap<String, SortedSet<String>> below = new TreeMap<>();
    pathsByMethod.forEach((method, paths) -> {
      if (paths.size() <= most) {
        paths.forEach(path -> exact.computeIfAbsent(path, _ -> new TreeSet<>()).add(method));
      } else {
        below.computeIfAbsent(directory(paths), _ -> new TreeSet<>()).add(method);
      }
    });
    var requests = new ArrayList<Proposal.Requests>();
    exact.forEach(
        (path, methods) -> requests.add(new Proposal.Requests(Text.exact(path), methods)));
    below.forEach(
        (path, methods) -> requests.add(new Proposal.Requests(Text.prefix(path), methods)));
    return requests;
  }

  /// The longest that ends with `/` and that all of them begin with.
  ///
  /// @param paths in order, so that what the first and the last have in common, all have
  private static String directory(SortedSet<String> paths) {
    var first = paths.first();
    var last = paths.last();
    int alike = 0;
    while (alike < Math.min(first.length(), last.length())
        && first.charAt(alike) == last.charAt(alike)) {
      alike++;
    }
    return first.substring(0, first.lastIndexOf('/', Math.max(0, alike - 1)) + 1);
  }
}
