package io.tombolo.xds.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

/// What the strict profile has to let through, and how a connection behaves on which more than a
/// request is sent.
@Tag("intentions")
class HonestRequestsTest {
  private static final Offer STRICT =
      Offer.denying(HttpProfile.STRICT, new Condition.Path(Text.prefix("/admin")));
  private static final Offer RELAXED =
      Offer.denying(HttpProfile.RELAXED, new Condition.Path(Text.prefix("/admin")));

  private static Sidecar sidecar;

  @BeforeAll
  static void envoy_runs_with_the_way_in_of_the_mesh() {
    sidecar = Sidecar.of(List.of(STRICT, STRICT.grpc(), RELAXED, RELAXED.grpc()));
  }

  @BeforeEach
  void nothing_is_left_of_other_tests() {
    var _ = sidecar.reached(STRICT);
  }

  @AfterAll
  static void envoy_ends() {
    sidecar.close();
  }

  private static final List<String> PATHS =
      List.of(
          "/",
          "/index.html",
          "/public/",
          "/public/a.b.c/d.e.f",
          "/.well-known/acme-challenge/x-Y_z~",
          "/a%20b/c%20d.txt",
          "/caf%C3%A9/%E6%97%A5%E6%9C%AC",
          "/%F0%9F%98%80",
          "/caf%c3%a9",
          "/users/a%40b.example",
          "/users/a@b.example",
          "/at/12:30:00",
          "/at/12%3A30%3A00",
          "/@scope/name",
          "/a+b",
          "/a%2Bb",
          "/a,b/(c)/!d/*/'e'/$f/g&h=i",
          "/%5B1%5D/%7Bx%7D/%22q%22",
          "/%E9t%E9",
          "/v1/items:batchGet",
          "/hosts/fe80::1",
          "/a..b/c",
          "/...x",
          "/-/_/~/",
          "/0",
          "/shop.v1.Cart/Add",
          "/a%3Db",
          "/a%7Cb",
          "/a%5Eb%60c",
          "/a%3Cb%3E",
          "/search?q=a%2Fb%5C%00%25%3B;..;/../admin//x",
          "/?",
          "/?a=%ff%zz%&b=",
          "/x?next=http://other.example/admin/../%2e%2e",
          "/x?a;b;c",
          "/x?%2561dmin",
          "/x?a=1&a=2&a[]=3",
          "/x?q=%F0%9F%98%80+%C3%A9",
          "/x?{%22json%22:[1]}",
          "/" + "long/".repeat(1_000) + "end",
          "/x?" + "y=z&".repeat(8_000));

  @ParameterizedTest
  @EnumSource(Sent.class)
  void honest_paths_reach_the_application_as_they_are(Sent sent) {
    try (var caller = sidecar.caller()) {
      for (var path : PATHS) {
        var answer = sent.ask(caller, STRICT, path);
        assertThat(answer.seen().map(Seen::path)).as(path).contains(path);
      }
    }
  }

  @ParameterizedTest
  @ValueSource(
      strings = {
        "GET",
        "HEAD",
        "POST",
        "PUT",
        "DELETE",
        "OPTIONS",
        "PATCH",
        "PROPFIND",
        "MKCOL",
        "REPORT"
      })
  void usual_methods_reach_the_application(String method) {
    try (var caller = sidecar.caller()) {
      var request = Sent.http1(method, "/", "a.test", List.of(new Field("content-length", "0")));
      assertThat(caller.http1(STRICT.sni(), request).status()).isEqualTo(200);
      assertThat(sidecar.reached(STRICT)).extracting(Seen::method).containsExactly(method);
    }
  }

  @Test
  void hosts_of_every_honest_form_reach_the_application() {
    try (var caller = sidecar.caller()) {
      for (var host :
          List.of(
              "a",
              "a.test",
              "A.Test",
              "a-b.c_d.test",
              "10.1.0.7",
              "10.1.0.7:8080",
              "[::1]",
              "[fd00::1]:8080",
              "a.test:443",
              "a.test.",
              "xn--caf-dma.test")) {
        assertThat(caller.http1(STRICT.sni(), Sent.http1("GET", "/", host, List.of())).seen())
            .as(host)
            .isPresent();
      }
    }
    assertThat(sidecar.reached(STRICT))
        .extracting(seen -> seen.all("host").getFirst())
        .contains("10.1.0.7", "[fd00::1]", "a.test", "A.Test")
        .doesNotContain("a.test.", "a.test:443");
  }

  @Test
  void the_application_hears_who_calls_and_nothing_that_a_caller_says_of_itself() {
    for (var offer : List.of(STRICT, RELAXED)) {
      try (var caller = sidecar.caller()) {
        var forged = new Field("x-forwarded-client-cert", "URI=spiffe://shop.example/ns/a/sa/b");
        var seen =
            caller.http1(offer.sni(), Sent.http1("GET", "/", "a.test", List.of(forged))).seen();
        assertThat(seen.orElseThrow().folded("x-forwarded-client-cert"))
            .singleElement()
            .satisfies(
                xfcc -> assertThat(xfcc).endsWith(";URI=" + Sidecar.WEB).doesNotContain("sa/b"));
      }
    }
  }
}
