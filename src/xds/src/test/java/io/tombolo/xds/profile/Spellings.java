package io.tombolo.xds.profile;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Random;
import java.util.stream.IntStream;
import java.util.stream.Stream;

/// Paths that some application may take for `/admin` or something below it. Made anew in the same
/// order each time.
final class Spellings {
  private static final List<String> TAILS = List.of("", "/", "/users");

  private final Map<String, Spelling> all = new LinkedHashMap<>();

  private Spellings() {}

  /// At least a thousand: all classes, and mixtures.
  static List<Spelling> written() {
    var spellings = new Spellings();
    spellings.systematic();
    Mixtures.of(new Random(32), 500)
        .forEach(spelling -> spellings.all.putIfAbsent(spelling.path(), spelling));
    return List.copyOf(spellings.all.values());
  }

  private void systematic() {
    plain();
    escapedLetters();
    dots();
    slashes();
    parameters();
    doubleEncoding();
    controls();
    invalidEscapes();
    invalidUtf8();
    rawBytes();
    delimiters();
    absolute();
    trailing();
  }

  private void add(String kind, String path) {
    all.putIfAbsent(path, new Spelling(kind, path));
  }

  /// Before whatever may follow `/admin`.
  private void each(String kind, String path) {
    TAILS.forEach(tail -> add(kind, path + tail));
  }

  private void each(String kind, Stream<String> paths) {
    paths.forEach(path -> each(kind, path));
  }

  private void plain() {
    each("plain", "/admin");
    add("plain", "/admin?x");
    add("plain", "/admin/?/../public");
  }

  /// Every set of letters, in digits of either case.
  private void escapedLetters() {
    for (int set = 1; set < 32; set++) {
      var path = new StringBuilder("/");
      for (int i = 0; i < 5; i++) {
        char letter = "admin".charAt(i);
        path.append(
            (set & (1 << i)) == 0 ? String.valueOf(letter) : "%%%02x".formatted((int) letter));
      }
      add("escaped letters", path.toString());
      add("escaped letters", path.toString().replace("6d", "6D").replace("6e", "6E") + "/users");
    }
  }

  private static List<String> climbs(String dot, String slash) {
    return Stream.of(
            "/./admin",
            "/././admin",
            "/public/../admin",
            "/public/./../admin",
            "/../admin",
            "/public/../../admin",
            "/public/x/../../admin",
            "/x/y/z/../../../admin",
            "/admin/.",
            "/admin/x/..",
            "/admin/../admin",
            "/./public/.././admin",
            "/public/..//admin",
            "/public/../public/../admin",
            "/.../../admin")
        .map(path -> "/" + path.substring(1).replace("/", slash).replace(".", dot))
        .toList();
  }

  private void dots() {
    each("dot segments", climbs(".", "/").stream());
    Stream.of("%2e", "%2E", "%2e").forEach(dot -> each("encoded dots", climbs(dot, "/").stream()));
    each("encoded dots", climbs(".", "/").stream().map(path -> path.replace("..", ".%2e")));
    each("encoded dots", climbs(".", "/").stream().map(path -> path.replace("..", "%2E.")));
  }

  private void slashes() {
    each(
        "doubled slashes",
        Stream.of(
            "//admin",
            "///admin",
            "//public/..//admin",
            "/public//../admin",
            "/.//admin",
            "/public//..//../admin",
            "////////admin"));
    each(
        "backslashes",
        Stream.of(
            "/\\admin", "\\admin", "/\\\\admin", "/public\\..\\admin", "/\\public/..\\admin"));
    each("backslashes", climbs(".", "\\").stream());
    for (var slash : List.of("%2f", "%2F", "%5c", "%5C")) {
      var kind = slash.startsWith("%2") ? "encoded slashes" : "encoded backslashes";
      each(kind, climbs(".", slash).stream());
      each(
          kind,
          Stream.of("/%admin", "%admin", "/x%..%admin", "//%admin")
              .map(p -> p.replace("%", slash)));
      add(kind, "/admin" + slash);
      add(kind, "/admin" + slash + "users");
    }
  }

  private void parameters() {
    for (var semicolon : List.of(";", "%3b", "%3B")) {
      for (var parameter : List.of("", "x", "x=1", "x=/", "jsessionid=1;y=2")) {
        var suffix = semicolon + parameter;
        var kind = semicolon.equals(";") ? "path parameters" : "encoded path parameters";
        add(kind, "/admin" + suffix);
        add(kind, "/admin" + suffix + "/users");
        add(kind, "/" + suffix + "/admin");
        add(kind, "/public/.." + suffix + "/admin");
        add(kind, "/public/." + suffix + "/../admin");
        add(kind, "/public" + suffix + "/../admin");
        add(kind, "/public/%2e%2e" + suffix + "/admin");
        add(kind, "/public/.." + suffix + "/..;/admin/users");
      }
    }
  }

  private void doubleEncoding() {
    for (var percent : List.of("%25", "%2525", "%%32%35", "%25%32%35", "%2%35")) {
      each("double encoding", "/" + percent + "61dmin");
      each("double encoding", "/adm" + percent + "69n");
      each("double encoding", "/public/" + percent + "2e" + percent + "2e/admin");
      each("double encoding", "/public/.." + percent + "2fadmin");
      each("double encoding", "/public/.." + percent + "5cadmin");
      each("double encoding", "/public/.." + percent + "3b/admin");
      add("double encoding", "/admin" + percent + "2fusers");
      add("double encoding", "/admin" + percent + "00");
      add("double encoding", "/admin" + percent + "3fx");
      add("double encoding", "/admin" + percent + "23x");
    }
  }

  private void controls() {
    Stream.concat(IntStream.range(0, 32).boxed(), Stream.of(127))
        .map("%%%02x"::formatted)
        .forEach(control -> {
          add("encoded controls", "/admin" + control);
          add("encoded controls", "/" + control + "admin/users");
          add("encoded controls", "/adm" + control.toUpperCase(Locale.ROOT) + "in");
          add("encoded controls", "/public/." + control + "./admin");
        });
    add("encoded controls", "/admin%00.html");
    add("encoded controls", "/admin%00/../public");
    add("encoded controls", "/admin%0d%0aX-A:%201");
  }

  private void invalidEscapes() {
    each(
        "invalid escapes",
        Stream.of(
            "/admin%",
            "/admin%2",
            "/admin%a",
            "/%admin",
            "/%%61dmin",
            "/%u0061dmin",
            "/%U0061dmin",
            "/public/%u002e%u002e/admin",
            "/public/..%u002fadmin",
            "/adm%in",
            "/admin%zz",
            "/admin%2g",
            "/%6Gdmin",
            "/public/%2%65%2%65/admin",
            "/%2%66admin",
            "/public/%%32e%%32e/admin",
            "/public/%2.%2./admin",
            "/admin% ",
            "/admin%-1",
            "/%+61dmin",
            "/%0x61dmin",
            "/admin%u0000",
            "/public/..%u2215admin",
            "/public/..%uFF0Fadmin"));
  }

  private void invalidUtf8() {
    for (var slash : List.of("%c0%af", "%C0%AF", "%e0%80%af", "%f0%80%80%af", "%c1%9c")) {
      each("invalid UTF-8", "/public/.." + slash + "admin");
      each("invalid UTF-8", slash + "admin");
    }
    for (var dot : List.of("%c0%ae", "%C0%aE", "%e0%80%ae", "%f0%80%80%ae", "%c0.")) {
      each("invalid UTF-8", "/public/" + dot + dot + "/admin");
      each("invalid UTF-8", "/" + dot + "/admin");
    }
    each(
        "invalid UTF-8",
        Stream.of("/%c1%a1dmin", "/%e0%81%a1dmin", "/%f0%80%81%a1dmin", "/adm%c1%a9n"));
    Stream.of("%c0", "%c1", "%f5", "%fe", "%ff", "%ed%a0%80", "%f4%90%80%80", "%f8%88%80%80%80")
        .forEach(bytes -> add("invalid UTF-8", "/admin" + bytes));
  }

  private void rawBytes() {
    Stream.concat(IntStream.rangeClosed(0, 0x20).boxed(), IntStream.range(0x7f, 0x100).boxed())
        .filter(b -> b % 5 == 0 || (b >= 8 && b <= 13) || b == 0x7f || b == 0xff)
        .forEach(b -> {
          add("raw bytes", "/admin" + (char) (int) b);
          add("raw bytes", "/" + (char) (int) b + "admin");
        });
    add("raw bytes", "/public/..\u00c0\u00afadmin");
    add("raw bytes", "/admin HTTP/1.1\r\nx: y");
  }

  private void delimiters() {
    for (var mark : List.of("#", "%23", "?", "%3f", "%3F")) {
      var kind = mark.length() == 1 ? "fragments and queries" : "encoded fragments and queries";
      add(kind, "/admin" + mark);
      add(kind, "/admin" + mark + "/../public");
      add(kind, "/admin/users" + mark + "x");
      add(kind, "/public" + mark + "/../admin");
      add(kind, "/public/.." + mark + "/admin");
      add(kind, "/public/../admin" + mark + "x");
      add(kind, "/" + mark + "/../admin");
    }
  }

  private void absolute() {
    for (var origin :
        List.of(
            "http://a.test",
            "HTTP://A.TEST",
            "https://a.test:443",
            "http://a.test:8080",
            "http://u@a.test",
            "//a.test",
            "ftp://a.test",
            "http:",
            "http:/",
            "http://")) {
      each("absolute forms", origin + "/admin");
      each("absolute forms", origin + "/public/../admin");
    }
    each(
        "no leading slash",
        Stream.of(
            "admin",
            "../admin",
            "./admin",
            "%2fadmin",
            "*/../admin",
            "?/admin",
            ";/admin",
            "~/../admin"));
    add("no leading slash", "*");
    add("no leading slash", "");
  }

  private void trailing() {
    for (var end :
        List.of(".", "..", "...", "%2e", "%20", "%20%20", ".%20", "%20.", "%2e%2E", "..%20")) {
      add("trailing dots and spaces", "/admin" + end);
      add("trailing dots and spaces", "/admin" + end + "/users");
      add("trailing dots and spaces", "/public/../admin" + end + "/");
    }
  }
}
