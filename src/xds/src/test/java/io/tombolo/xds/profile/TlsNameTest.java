package io.tombolo.xds.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.policy.Condition;
import java.util.List;
import java.util.Locale;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Names in TLS that are nearly those of services.
@Tag("intentions")
class TlsNameTest {
  private static final Offer OWN = Offer.allowing(HttpProfile.STRICT, Condition.always());
  private static final Offer OTHER = Offer.denying(HttpProfile.STRICT, Condition.never());

  private static Sidecar sidecar;

  @BeforeAll
  static void envoy_runs_with_the_way_in_of_the_mesh() {
    sidecar = Sidecar.of(List.of(OWN, OTHER));
  }

  @AfterAll
  static void envoy_ends() {
    sidecar.close();
  }

  /// Names in TLS of one service, and many that are nearly so.
  private static List<String> snis(String own, String other) {
    var near =
        Stream.of(own, other)
            .flatMap(sni ->
                Stream.of(
                    sni,
                    sni.toUpperCase(Locale.ROOT),
                    sni + ".",
                    "." + sni,
                    sni + "..",
                    " " + sni,
                    sni + " ",
                    sni + "\u0000",
                    "\u0000" + sni,
                    sni + "\u0000.x",
                    "x." + sni,
                    "*." + sni,
                    "*" + sni.substring(sni.indexOf('.')),
                    sni.substring(1),
                    sni + "x",
                    sni + ":443",
                    sni.replace('.', '-'),
                    sni.replace(".", "%2e"),
                    sni.replace(".", ".."),
                    sni.replaceFirst("8080", "08080"),
                    sni.replaceFirst("8080", "8081"),
                    sni.replaceFirst("shop", "Shop"),
                    sni.replaceFirst("shop", "shop2"),
                    sni.replaceFirst("cluster-1", "cluster-2"),
                    sni.replaceFirst("mesh", "internal"),
                    sni.replaceFirst("example", "example.evil"),
                    sni.replaceFirst("shop.example", "other"),
                    sni.substring(sni.indexOf('.') + 1),
                    sni + "/" + own,
                    sni + "," + own,
                    own + "\n" + sni,
                    sni.replace('a', '\u00e4'),
                    "xn--" + sni,
                    "spiffe://" + sni,
                    "u@" + sni,
                    "outbound_.8080_._." + sni,
                    sni + "." + "x".repeat(150),
                    sni + "\t",
                    sni + "'",
                    "[" + sni + "]",
                    sni + "#",
                    sni + "?",
                    sni + ";",
                    sni + "=",
                    sni + "+",
                    "+" + sni))
            .toList();
    return Stream.concat(
            near.stream(),
            Stream.of(
                "",
                "*",
                ".",
                "localhost",
                "127.0.0.1",
                "10.1.0.7",
                "::1",
                "a",
                "x".repeat(255),
                "x".repeat(300),
                "mesh.shop.example",
                "*.mesh.shop.example",
                own + other,
                own + "." + other))
        .distinct()
        .toList();
  }

  @Test
  void only_the_very_name_in_tls_leads_to_a_service() {
    var snis = snis(OWN.sni(), OTHER.sni());

    assertThat(snis).hasSizeGreaterThan(100);
    try (var caller = sidecar.caller()) {
      for (var sni : snis) {
        var answer = caller.http1(sni, Sent.http1("GET", "/", "public.test", List.of()));
        assertThat(answer.seen().map(Seen::application))
            .as(sni)
            .isEqualTo(
                Stream.of(OWN, OTHER)
                    .filter(offer -> offer.sni().equalsIgnoreCase(sni))
                    .map(Offer::name)
                    .findFirst());
      }
    }
  }

  @Test
  void a_host_that_names_another_service_leads_nowhere_else() {
    try (var caller = sidecar.caller()) {
      var answer = caller.http1(OWN.sni(), Sent.http1("GET", "/", OTHER.sni(), List.of()));
      assertThat(answer.seen().map(Seen::application)).contains(OWN.name());
    }
  }
}
