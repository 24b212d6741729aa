package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.policy.JwtProvider;
import io.tombolo.mesh.policy.JwtProvider.Carriage;
import io.tombolo.mesh.policy.JwtProvider.Location;
import io.tombolo.mesh.policy.JwtProvider.Payload;
import io.tombolo.mesh.policy.JwtProviderObject;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;

/// Consul's `jwt-provider` config entries. One that cannot be followed in all it says is rejected.
///
/// `CacheConfig` is not followed: a verification that is kept would outlive the key.
final class JwtProviderEntry {
  static final String KIND = "jwt-provider";

  private static final Duration USUAL_SKEW = Duration.ofSeconds(30);
  private static final Set<String> OF_ENTRY =
      Set.of(
          "Kind",
          "Name",
          "Namespace",
          "Partition",
          "JSONWebKeySet",
          "Issuer",
          "Audiences",
          "Locations",
          "Forwarding",
          "ClockSkewSeconds",
          "CacheConfig",
          "Meta",
          "Hash",
          "CreateIndex",
          "ModifyIndex");
  private static final List<String> LOCATIONS = List.of("Header", "QueryParam", "Cookie");

  private final SourceId source;
  private final Fields entry;
  private final Problems problems;

  private JwtProviderEntry(SourceId source, Fields entry, Problems problems) {
    this.source = source;
    this.entry = entry;
    this.problems = problems;
  }

  static JwtProviderObject convert(SourceId source, JsonNode json) {
    var name = Names.printable(json.path("Name").asText(json.path("name").asText("")));
    var key = JwtProviderObject.key(source, name);
    var problems = new Problems(KIND + " " + name);
    try {
      return new JwtProviderEntry(source, Fields.of("", json), problems).object(key);
    } catch (IllegalArgumentException malformed) {
      return JwtProviderObject.rejected(
          key, List.of("%s %s: %s".formatted(KIND, name, malformed.getMessage())));
    }
  }

  private JwtProviderObject object(Key key) {
    problems.refuseBeyond(entry, OF_ENTRY);
    var name = entry.text("Name");
    if (!WrittenTokens.isName(name)) {
      problems.add(entry.at("Name"), "must be 1 to 128 of a-z, A-Z, 0-9, '-', '_' and '.'");
    }
    problems.requireDefault(entry);
    var keys = new WrittenKeys(problems).of(entry.object("JSONWebKeySet"));
    var carriage = carriage();
    var audiences = entry.texts("Audiences");
    var skew = entry.number("ClockSkewSeconds", 0);
    var provider =
        keys.flatMap(known ->
            problems.checked(
                entry.at("Issuer"),
                () ->
                    new JwtProvider(
                        source + "/" + name,
                        entry.text("Issuer"),
                        audiences,
                        skew == 0 ? USUAL_SKEW : Duration.ofSeconds(skew),
                        carriage,
                        known)));
    return provider.isPresent() && problems.all().isEmpty()
        ? JwtProviderObject.accepted(key, provider.get())
        : JwtProviderObject.rejected(key, problems.all());
  }

  private Carriage carriage() {
    var locations = new ArrayList<Location>();
    var kept = new HashSet<Boolean>();
    for (var written : entry.objects("Locations")) {
      problems.refuseBeyond(written, Set.copyOf(LOCATIONS));
      location(written, kept).ifPresent(locations::add);
    }
    if (kept.size() > 1) {
      problems.add(
          entry.at("Locations"),
          "must have the same Forward in every Header: a proxy has only one");
    }
    return new Carriage(locations, kept.contains(true), payload().orElse(null));
  }

  private Optional<Location> location(Fields written, Set<Boolean> kept) {
    var given = LOCATIONS.stream().filter(place -> written.get(place) != null).toList();
    if (given.size() != 1) {
      problems.add(written.at("Header"), "or QueryParam or Cookie must be there, one of them");
      return Optional.empty();
    }
    var place = written.object(given.getFirst());
    return switch (given.getFirst()) {
      case "Header" -> {
        problems.refuseBeyond(place, Set.of("Name", "ValuePrefix", "Forward"));
        kept.add(place.has("Forward"));
        yield problems.checked(
            place.at("Name"),
            () -> new Location.Header(place.text("Name"), place.text("ValuePrefix")));
      }
      case "QueryParam" -> named(place, Location.Parameter::new);
      default -> named(place, Location.Cookie::new);
    };
  }

  private Optional<Location> named(Fields place, Function<String, Location> location) {
    problems.refuseBeyond(place, Set.of("Name"));
    return problems.checked(place.at("Name"), () -> location.apply(place.text("Name")));
  }

  private Optional<Payload> payload() {
    if (!entry.has("Forwarding")) {
      return Optional.empty();
    }
    var written = entry.object("Forwarding");
    problems.refuseBeyond(written, Set.of("HeaderName", "PadForwardPayloadHeader"));
    return problems.checked(
        written.at("HeaderName"),
        () -> new Payload(written.text("HeaderName"), written.has("PadForwardPayloadHeader")));
  }
}
