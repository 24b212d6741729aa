package io.tombolo.xds.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Names of hosts that rules and applications could read differently.
@Tag("intentions")
class HostProfileTest {

  private static Sidecar sidecar;

  @BeforeAll
  static void envoy_runs_with_the_way_in_of_the_mesh() {
    sidecar =
        Sidecar.of(
            Stream.of(HttpProfile.values())
                .flatMap(profile -> Stream.of(denying(profile), allowing(profile)))
                .toList());
  }

  @AfterAll
  static void envoy_ends() {
    sidecar.close();
  }

  private static Condition host(String name) {
    return new Condition.Header("host", new Text(Text.Kind.EXACT, name, true));
  }

  private static Offer denying(HttpProfile profile) {
    return Offer.denying(profile, host("admin.test"));
  }

  private static Offer allowing(HttpProfile profile) {
    return Offer.allowing(profile, host("public.test"));
  }

  /// A request that some application may take for one to `admin.test`.
  ///
  /// @param target of HTTP/1.1; empty if it is of HTTP/2
  /// @param fields in HTTP/2 with pseudo-headers
  private record Call(String kind, String target, List<Field> fields) {
    boolean isHttp2() {
      return target.isEmpty();
    }

    Answer by(Caller caller, String sni, Field number) {
      var all = new ArrayList<>(fields);
      all.add(number);
      if (isHttp2()) {
        return caller.http2(sni, all);
      }
      var request = new StringBuilder("GET %s HTTP/1.1\r\n".formatted(target));
      all.forEach(
          field -> request.append(field.name()).append(": ").append(field.value()).append("\r\n"));
      return caller.http1(sni, request.append("\r\n").toString());
    }
  }

  private static final List<String> NAMES =
      List.of(
          "admin.test",
          "ADMIN.TEST",
          "Admin.test",
          "admin.tesT",
          "admin.test.",
          "ADMIN.test.",
          "admin.test..",
          "admin.test:80",
          "admin.test:8080",
          "admin.test:",
          "admin.test.:80",
          "admin.test:80:80",
          "admin.test:80.",
          "admin.test.:",
          "admin.test:0x50",
          "admin.test:80 ",
          " admin.test",
          "admin.test\t",
          "u@admin.test",
          "u:p@admin.test:80",
          "admin.test@",
          "public.test@admin.test",
          "%61dmin.test",
          "admin%2etest",
          "admin.test%00",
          "admin.test%2f.public.test",
          "admin.test,public.test",
          "public.test,admin.test",
          "public.test, admin.test",
          "admin.test public.test",
          "admin.test/",
          "admin.test/x",
          "admin.test?",
          "admin.test#",
          "admin.test\\",
          "admin.test;x",
          "admin.test;",
          "[admin.test]",
          "[admin.test]:80",
          "\"admin.test\"",
          "admin.test\u0000",
          "admin.test\r",
          "admin\u00b7test",
          "..admin.test",
          ".admin.test",
          "admin.test=",
          "admin.test&",
          "(admin.test)",
          "admin.test'",
          "admin.test~",
          "admin.test*",
          "admin.test!",
          "");

  private static List<Call> calls() {
    var calls = new ArrayList<Call>();
    for (var name : NAMES) {
      var evil = new Field("Host", name);
      var good = new Field("host", "public.test");
      var kind = name.toLowerCase(Locale.ROOT).equals("admin.test") ? "the name" : "other forms";
      calls.add(new Call(kind, "/", List.of(evil)));
      calls.add(new Call("two hosts", "/", List.of(good, evil)));
      calls.add(new Call("two hosts", "/", List.of(evil, good)));
      calls.add(new Call("absolute form", "http://" + name + "/", List.of(good)));
      calls.add(new Call("absolute form", "http://public.test/", List.of(evil)));
      calls.add(new Call(kind, "", http2(new Field(":authority", name))));
      calls.add(new Call("two hosts", "", http2(new Field(":authority", name), good)));
      calls.add(
          new Call(
              "two hosts",
              "",
              http2(new Field(":authority", "public.test"), new Field("host", name))));
      calls.add(new Call("no authority", "", http2(new Field("host", name))));
    }
    calls.add(new Call("no authority", "", http2()));
    calls.add(new Call("no authority", "/", List.of()));
    return calls;
  }

  private static List<Field> http2(Field... more) {
    var fields =
        new ArrayList<>(
            List.of(
                new Field(":method", "GET"),
                new Field(":scheme", "https"),
                new Field(":path", "/")));
    for (var field : more) {
      fields.add(field.name().startsWith(":") ? 0 : fields.size(), field);
    }
    return fields;
  }

  private record Bypass(Call call, Offer offer, List<String> hosts) {}

  private static List<Bypass> bypasses(List<Call> calls, Offer offer) {
    Case.each(
        sidecar,
        calls.size(),
        (caller, number) -> {
          var call = calls.get(number);
          var asked = new Case(call.isHttp2() ? Sent.HTTP_2 : Sent.HTTP_1, number);
          var _ = call.by(caller, offer.sni(), asked.field());
        });
    return sidecar.reached(offer).stream()
        .filter(seen -> seen.all("host").stream().anyMatch(HostProfileTest::isAdmin))
        .map(seen -> new Bypass(calls.get(Case.of(seen).number()), offer, seen.all("host")))
        .toList();
  }

  /// May an application take this for its host `admin.test`? Of a list any, without user, port,
  /// last dots, path and escapes.
  private static boolean isAdmin(String host) {
    return Stream.of(host.split("[,/?#\\\\; ]"))
        .map(part -> part.substring(part.lastIndexOf('@') + 1))
        .map(part -> part.replace("%61", "a").replace("%2e", ".").replace("%00", ""))
        .map(part -> part.replaceAll("(:.*)?$", "").replaceAll("[^A-Za-z0-9.-]", ""))
        .map(part -> part.replaceAll("^\\.+|\\.+$", "").toLowerCase(Locale.ROOT))
        .anyMatch("admin.test"::equals);
  }

  @Test
  void the_strict_profile_lets_no_host_past_a_rule() {
    var calls = calls();

    assertThat(calls).hasSizeGreaterThan(100);
    assertThat(bypasses(calls, denying(HttpProfile.STRICT))).isEmpty();
    assertThat(bypasses(calls, allowing(HttpProfile.STRICT))).isEmpty();
  }

  @Test
  void what_the_relaxed_profile_lets_past_is_documented() throws IOException {
    var calls = calls();
    var denied = bypasses(calls, denying(HttpProfile.RELAXED));
    var allowed = bypasses(calls, allowing(HttpProfile.RELAXED));

    var table = new Measured("hosts", List.of("class", "forms", "deny", "allow"));
    calls.stream()
        .map(Call::kind)
        .distinct()
        .forEach(kind ->
            table.row(
                kind,
                calls.stream().filter(call -> call.kind.equals(kind)).count(),
                past(denied, kind),
                past(allowed, kind)));
    table.isDocumented();
  }

  private static long past(List<Bypass> bypasses, String kind) {
    return bypasses.stream().map(Bypass::call).filter(call -> call.kind.equals(kind)).count();
  }
}
