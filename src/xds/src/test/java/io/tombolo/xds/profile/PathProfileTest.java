package io.tombolo.xds.profile;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.HttpProfile;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.io.IOException;
import java.util.List;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Paths that rules and applications could read differently. A way past the rules is a request that
/// reaches the application, and that some [Reading] takes for `/admin` or what is below it.
@Tag("intentions")
class PathProfileTest {

  private static final Condition ADMIN = below("/admin");
  private static final Condition PUBLIC = below("/public");

  private static Sidecar sidecar;

  @BeforeAll
  static void envoy_runs_with_the_way_in_of_the_mesh() {
    sidecar =
        Sidecar.of(
            Stream.of(HttpProfile.values())
                .flatMap(profile -> Stream.of(denying(profile), allowing(profile)))
                .flatMap(offer -> Stream.of(offer, offer.grpc()))
                .toList());
  }

  @AfterAll
  static void envoy_ends() {
    sidecar.close();
  }

  private static Condition below(String path) {
    return Condition.anyOf(
        new Condition.Path(Text.exact(path)), new Condition.Path(Text.prefix(path + "/")));
  }

  private static Offer denying(HttpProfile profile) {
    return Offer.denying(profile, ADMIN);
  }

  private static Offer allowing(HttpProfile profile) {
    return Offer.allowing(profile, PUBLIC);
  }

  /// A spelling that got past the rules.
  private record Bypass(Spelling spelling, Sent sent, Offer offer, Reading reading, String seen) {}

  private static List<Bypass> bypasses(List<Spelling> spellings, Offer offer, Sent... protocols) {
    for (var sent : protocols) {
      Case.each(
          sidecar,
          spellings.size(),
          (caller, number) -> {
            var path = spellings.get(number).path();
            var _ = sent.ask(caller, offer, path, List.of(new Case(sent, number).field()));
            if (Bytes.isBroken(path)) {
              caller.hangUp(offer.sni());
            }
          });
    }
    return Stream.of(offer, offer.grpc())
        .flatMap(asked -> sidecar.reached(asked).stream())
        .flatMap(seen -> bypasses(seen, spellings, offer))
        .toList();
  }

  private static Stream<Bypass> bypasses(Seen seen, List<Spelling> spellings, Offer offer) {
    var asked = Case.of(seen);
    return Stream.of(Reading.values())
        .filter(reading -> isAdmin(reading.resource(seen.path())))
        .map(reading ->
            new Bypass(spellings.get(asked.number()), asked.sent(), offer, reading, seen.path()));
  }

  private static boolean isAdmin(String resource) {
    return resource.equals("/admin") || resource.startsWith("/admin/");
  }

  @Test
  void the_strict_profile_lets_no_spelling_past_a_rule() {
    var spellings = Spellings.written();

    assertThat(spellings).hasSizeGreaterThan(1_000);
    assertThat(bypasses(spellings, denying(HttpProfile.STRICT), Sent.values())).isEmpty();
    assertThat(bypasses(spellings, allowing(HttpProfile.STRICT), Sent.values())).isEmpty();
  }

  @Test
  @Tag("soak")
  void nor_does_it_let_a_random_one() {
    long seed = Long.getLong("seed", System.nanoTime());
    System.out.println("PathProfileTest: -Dseed=" + seed);
    var spellings = List.copyOf(Mixtures.of(new Random(seed), 50_000));

    assertThat(bypasses(spellings, denying(HttpProfile.STRICT), Sent.values())).isEmpty();
    assertThat(bypasses(spellings, allowing(HttpProfile.STRICT), Sent.values())).isEmpty();
  }

  @Test
  void what_the_relaxed_profile_lets_past_is_documented() throws IOException {
    var spellings = Spellings.written();
    var denied = bypasses(spellings, denying(HttpProfile.RELAXED), Sent.HTTP_1);
    var allowed = bypasses(spellings, allowing(HttpProfile.RELAXED), Sent.HTTP_1);

    var table =
        new Measured(
            "paths",
            List.of(
                "class",
                "spellings",
                "deny: servlet",
                "double",
                "lenient",
                "allow: servlet",
                "double",
                "lenient"));
    spellings.stream()
        .map(Spelling::kind)
        .distinct()
        .forEach(kind -> {
          long all = spellings.stream().filter(spelling -> spelling.kind().equals(kind)).count();
          table.row(
              kind,
              all,
              past(denied, kind, Reading.SERVLET),
              past(denied, kind, Reading.DOUBLE),
              past(denied, kind, Reading.LENIENT),
              past(allowed, kind, Reading.SERVLET),
              past(allowed, kind, Reading.DOUBLE),
              past(allowed, kind, Reading.LENIENT));
        });
    table.isDocumented();
    assertThat(Stream.concat(denied.stream(), allowed.stream()))
        .extracting(Bypass::reading)
        .doesNotContain(Reading.RAW);
  }

  private static long past(List<Bypass> bypasses, String kind, Reading reading) {
    return bypasses.stream()
        .filter(bypass -> bypass.reading == reading && bypass.spelling.kind().equals(kind))
        .map(Bypass::spelling)
        .distinct()
        .count();
  }
}
