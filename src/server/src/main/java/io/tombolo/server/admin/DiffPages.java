package io.tombolo.server.admin;

import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.equivalence.Comparison;
import io.tombolo.server.policy.Candidate;
import io.tombolo.server.policy.PolicyDiff;
import java.util.EnumMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// The comparison of two sets of policies, as the REST API is asked for it and tells it.
final class DiffPages {
  private DiffPages() {}

  /// @param datacenter whose Consul's files are that are in no folder of one
  /// @param cluster whose Kubernetes' files are that are in no folder of one
  record DiffRequest(
      @Nullable SideRequest a,
      @Nullable SideRequest b,
      @Nullable String datacenter,
      @Nullable String cluster) {}

  /// @param files texts by name; null for what is in force
  /// @param apply do they come on top of what is in force, and not in the place of all of it?
  /// @param mode `strict` or `consul-compat`; null for that of the mesh
  /// @param byDefault `allow` or `deny`; null for that of the mesh
  record SideRequest(
      @Nullable Map<String, String> files,
      boolean apply,
      @Nullable String mode,
      @Nullable String byDefault) {}

  /// @param revision of the catalog that they were compared in
  /// @param a what was compared, in words
  /// @param equal how many ports of services have the same policy
  record DiffPage(
      long revision,
      String a,
      String b,
      int equal,
      List<DifferencePage> different,
      List<UndecidedPage> undecided) {}

  /// A request to a service that only one of the two allows.
  ///
  /// @param service what it is
  /// @param destination what `GET /v1/decision` knows it by
  /// @param source what it knows the caller by
  /// @param method null if the port does not speak HTTP; so is path
  /// @param claims of verified tokens: by provider, then by the names that lead to it, with `/`
  ///   between
  record DifferencePage(
      String service,
      String destination,
      int port,
      String source,
      @Nullable String method,
      @Nullable String path,
      Map<String, List<String>> headers,
      Map<String, Map<String, List<String>>> claims,
      AnswerPage a,
      AnswerPage b) {}

  record AnswerPage(boolean allowed, String why) {}

  record UndecidedPage(String service, int port, String why) {}

  /// @throws jakarta.ws.rs.BadRequestException if it cannot be answered; the message says why
  static DiffPage answer(Mesh live, @Nullable DiffRequest request) {
    if (request == null || request.a() == null || request.b() == null) {
      throw AdminResource.problem("a JSON object with a and b is needed");
    }
    var one = side("a", request.a(), request, live);
    var other = side("b", request.b(), request, live);
    var rows = PolicyDiff.of(live, one, other).rows();
    return new DiffPage(
        live.catalog().revision(),
        inWords(request.a(), one.mode()),
        inWords(request.b(), other.mode()),
        (int) rows.stream().filter(row -> row.comparison() instanceof Comparison.Equal).count(),
        rows.stream().flatMap(row -> different(row).stream()).toList(),
        rows.stream().flatMap(row -> undecided(row).stream()).toList());
  }

  private static PolicyDiff.Side side(
      String name, SideRequest side, DiffRequest request, Mesh live) {
    try {
      return new PolicyDiff.Side(candidate(side, request, live), mode(side, live));
    } catch (IllegalArgumentException wrong) {
      throw AdminResource.problem(name + ": " + wrong.getMessage());
    }
  }

  static Candidate candidate(SideRequest side, DiffRequest request, Mesh live) {
    if (side.files() == null) {
      return Candidate.inForce();
    }
    var sources = new EnumMap<World, String>(World.class);
    if (request.datacenter() != null) {
      sources.put(World.CONSUL, request.datacenter());
    }
    if (request.cluster() != null) {
      sources.put(World.KUBERNETES, request.cluster());
    }
    var replacing =
        side.apply() ? Candidate.Replacing.SAME_OBJECTS : Candidate.Replacing.EVERYTHING;
    return Candidate.read(
        new Candidate.Document(new TreeMap<>(side.files()), replacing, sources), live);
  }

  private static Mode mode(SideRequest side, Mesh live) {
    var now = live.settings().mode();
    boolean strict =
        switch (Objects.requireNonNullElse(
            side.mode(), now.strict() ? "strict" : "consul-compat")) {
          case "strict" -> true;
          case "consul-compat" -> false;
          default -> throw new IllegalArgumentException("the mode must be strict or consul-compat");
        };
    var silent = strict ? Action.DENY : now.byDefault();
    var byDefault =
        switch (Objects.requireNonNullElse(side.byDefault(), "")) {
          case "" -> silent;
          case "allow" -> Action.ALLOW;
          case "deny" -> Action.DENY;
          default -> throw new IllegalArgumentException("the default must be allow or deny");
        };
    return new Mode(strict, byDefault);
  }

  private static String inWords(SideRequest side, Mode mode) {
    var what =
        side.files() == null
            ? "what is in force"
            : side.apply() ? "the files on top of what is in force" : "the files alone";
    return "%s, %s, %s by default"
        .formatted(
            what,
            mode.strict() ? "strict" : "consul-compat",
            mode.byDefault().name().toLowerCase(Locale.ROOT));
  }

  private static List<UndecidedPage> undecided(PolicyDiff.Row row) {
    return row.comparison() instanceof Comparison.Undecided(var why)
        ? List.of(new UndecidedPage(row.title(), row.port().number(), why))
        : List.of();
  }

  private static List<DifferencePage> different(PolicyDiff.Row row) {
    return row.comparison() instanceof Comparison.Different(var request, var one, var other)
        ? List.of(difference(row, request, one, other))
        : List.of();
  }

  private static DifferencePage difference(
      PolicyDiff.Row row, Request request, Decision one, Decision other) {
    var http = request.http();
    return new DifferencePage(
        row.title(),
        row.reference(),
        row.port().number(),
        row.source(),
        http == null ? null : http.method(),
        http == null ? null : http.path(),
        http == null ? Map.of() : new TreeMap<>(http.headers()),
        http == null ? Map.of() : claims(http),
        answer(request, one),
        answer(request, other));
  }

  private static Map<String, Map<String, List<String>>> claims(Request.Http http) {
    var claims = new TreeMap<String, Map<String, List<String>>>();
    http.claims()
        .forEach((provider, texts) ->
            texts.forEach((path, values) -> {
              if (!values.isEmpty()) {
                claims
                    .computeIfAbsent(provider, _ -> new TreeMap<>())
                    .put(String.join("/", path), values);
              }
            }));
    return claims;
  }

  private static AnswerPage answer(Request request, Decision decision) {
    return new AnswerPage(decision.allowed(), AdminResource.why(request.caller(), decision));
  }
}
