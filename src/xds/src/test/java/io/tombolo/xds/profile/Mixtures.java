package io.tombolo.xds.profile;

import java.util.LinkedHashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;

/// Random paths that may be another spelling of `/admin`.
final class Mixtures {
  /// What random paths are made of.
  private static final List<String> ATOMS =
      List.of(
          "/",
          "/",
          "/",
          "/",
          "//",
          "/./",
          "/../",
          "/..",
          "admin",
          "admin",
          "admin",
          "public",
          "public",
          "users",
          "%61dmin",
          "adm%69n",
          "%2f",
          "%2F",
          "%5c",
          "\\",
          "..;",
          ".;",
          ";x=1",
          ";",
          "%3b",
          "%2e",
          "%2E%2e",
          "..",
          ".",
          "%252e",
          "%252f",
          "%25",
          "%2561dmin",
          "%00",
          "%0a",
          "%09",
          "%7f",
          "%c0%ae",
          "%c0%af",
          "%e0%80%af",
          "%c1%a1dmin",
          "%",
          "%2",
          "%u002f",
          "%u0061dmin",
          "%%",
          "%2%65",
          "#",
          "%23",
          "?",
          "%3f",
          "%20",
          " ",
          "\t",
          "&",
          "=",
          "+",
          "~",
          "*",
          ":",
          "@",
          "'",
          "\"",
          "<",
          "|",
          "\u00e9",
          "%c3%a9",
          "%ff");

  private Mixtures() {}

  /// So many different ones.
  static Set<Spelling> of(Random random, int count) {
    var all = new LinkedHashSet<Spelling>();
    while (all.size() < count) {
      var path = new StringBuilder("/");
      for (int i = 2 + random.nextInt(6); i > 0; i--) {
        path.append(ATOMS.get(random.nextInt(ATOMS.size())));
      }
      if (path.indexOf("dmin") >= 0 || path.indexOf("adm") >= 0) {
        all.add(new Spelling("mixtures", path.toString()));
      }
    }
    return all;
  }
}
