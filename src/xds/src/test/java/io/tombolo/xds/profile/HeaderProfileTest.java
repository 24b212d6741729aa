package io.tombolo.xds.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Headers that rules and applications could read differently, and those of proxies in the mouth of
/// a caller.
@Tag("intentions")
class HeaderProfileTest {

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

  private static Offer denying(HttpProfile profile) {
    return Offer.denying(profile, new Condition.Header("x-tenant", Text.exact("evil")));
  }

  private static Offer allowing(HttpProfile profile) {
    return Offer.allowing(profile, new Condition.Header("x-tenant", Text.exact("good")));
  }

  /// What an application was made to believe.
  private record Bypass(Forgery forgery, Sent sent, Offer offer, String what, Seen seen) {}

  private static List<Bypass> bypasses(List<Forgery> forgeries, Offer offer, Sent... protocols) {
    for (var sent : protocols) {
      Case.each(
          sidecar,
          forgeries.size(),
          (caller, number) -> ask(caller, forgeries.get(number), new Case(sent, number), offer));
    }
    return sidecar.reached(offer).stream()
        .flatMap(seen -> bypass(seen, forgeries, offer).stream())
        .toList();
  }

  private static void ask(Caller caller, Forgery forgery, Case asked, Offer offer) {
    if (asked.sent() == Sent.HTTP_1) {
      var before = List.of(asked.field(), new Field("accept", "x"));
      var request = Sent.http1("GET", "/public", "a.test", before);
      var head = request.substring(0, request.length() - 2);
      var _ = caller.http1(offer.sni(), head + forgery.lines() + "\r\n");
      if (forgery.isBroken()) {
        caller.hangUp(offer.sni());
      }
    } else if (!forgery.fields().isEmpty()) {
      var fields = new ArrayList<>(List.of(asked.field()));
      fields.addAll(forgery.fields());
      var _ = asked.sent().ask(caller, offer, "/public", fields);
    }
  }

  private static Optional<Bypass> bypass(Seen seen, List<Forgery> forgeries, Offer offer) {
    var asked = Case.of(seen);
    return believed(seen)
        .map(what -> new Bypass(forgeries.get(asked.number()), asked.sent(), offer, what, seen));
  }

  /// What the application believes that it should not.
  private static Optional<String> believed(Seen seen) {
    if (seen.folded("x-tenant").stream()
        .flatMap(value -> Stream.of(value.split(",")))
        .anyMatch(value -> value.strip().equals("evil"))) {
      return Optional.of("tenant");
    }
    for (var name :
        List.of(
            "x-http-method",
            "x-http-method-override",
            "x-method-override",
            "x-original-url",
            "x-rewrite-url")) {
      if (!seen.folded(name).isEmpty()) {
        return Optional.of(name);
      }
    }
    return seen.fields().stream()
        .filter(field -> field.value().contains("forged") || field.name().contains(":"))
        .map(Field::name)
        .findFirst();
  }

  @Test
  void the_strict_profile_lets_no_forged_header_through() {
    var forgeries = Forgery.written();

    assertThat(forgeries).hasSizeGreaterThan(300);
    assertThat(bypasses(forgeries, denying(HttpProfile.STRICT), Sent.HTTP_1, Sent.HTTP_2))
        .isEmpty();
    assertThat(bypasses(forgeries, allowing(HttpProfile.STRICT), Sent.HTTP_1, Sent.HTTP_2))
        .isEmpty();
  }

  @Test
  void what_the_relaxed_profile_lets_through_is_documented() throws IOException {
    var forgeries = Forgery.written();
    var denied = bypasses(forgeries, denying(HttpProfile.RELAXED), Sent.HTTP_1);
    var allowed = bypasses(forgeries, allowing(HttpProfile.RELAXED), Sent.HTTP_1);

    var table = new Measured("headers", List.of("class", "forgeries", "deny", "allow"));
    forgeries.stream()
        .map(Forgery::kind)
        .distinct()
        .forEach(kind ->
            table.row(
                kind,
                forgeries.stream().filter(forgery -> forgery.kind().equals(kind)).count(),
                past(denied, kind),
                past(allowed, kind)));
    table.isDocumented();
  }

  private static long past(List<Bypass> bypasses, String kind) {
    return bypasses.stream()
        .map(Bypass::forgery)
        .filter(forgery -> forgery.kind().equals(kind))
        .distinct()
        .count();
  }
}
