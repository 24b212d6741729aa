package io.tombolo.xds.receipt;

import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Delivery;
import io.tombolo.xds.delivery.Lack;
import io.tombolo.xds.snapshot.ResourceName;
import java.time.Instant;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// How one proxy stands to a revision.
///
/// @param since when its stream began
/// @param lostAt when its stream ended, if it has no other; null while it is connected
/// @param lacking what it has not got
/// @param refused what of that it refused, and what it said
public record Standing(
    Proxy proxy,
    State state,
    Instant since,
    @Nullable Instant lostAt,
    List<ResourceName> lacking,
    Map<ResourceName, Delivery.Refusal> refused) {

  /// In the order in which they matter to who asks.
  public enum State {
    /// It did not take something; it keeps what it had of that.
    REFUSED,
    /// It has not acknowledged everything.
    PENDING,
    /// It has acknowledged everything.
    APPLIED,
    /// Nothing that it is told changed.
    UNAFFECTED
  }

  private static final Comparator<ResourceName> ORDER =
      Comparator.comparing(ResourceName::type).thenComparing(ResourceName::name);

  public Standing {
    lacking = lacking.stream().sorted(ORDER).toList();
    refused = Map.copyOf(refused);
  }

  /// Where a proxy stands.
  ///
  /// @param changed what the revision changed for it
  /// @param seen whether its stream has looked at that revision
  /// @param lacks what it lacks at that revision
  static Standing of(
      Stream stream, Set<ResourceName> changed, boolean seen, List<Lack> lacks) {
    var lacking =
        seen ? lacks.stream().map(Lack::what).filter(changed::contains).toList() : List.copyOf(changed);
    var refused = new LinkedHashMap<ResourceName, Delivery.Refusal>();
    for (var lack : lacks) {
      var refusal = lack.refusal();
      if (seen && refusal != null && changed.contains(lack.what())) {
        refused.put(lack.what(), refusal);
      }
    }
    return new Standing(
        stream.proxy(), state(changed, lacking, refused), stream.since(), stream.lostAt(), lacking, refused);
  }

  private static State state(
      Set<ResourceName> changed,
      List<ResourceName> lacking,
      Map<ResourceName, Delivery.Refusal> refused) {
    if (changed.isEmpty()) {
      return State.UNAFFECTED;
    }
    if (lacking.isEmpty()) {
      return State.APPLIED;
    }
    return refused.size() == lacking.size() ? State.REFUSED : State.PENDING;
  }

  /// The stream of a proxy, or the last it had.
  ///
  /// @param lostAt when it ended; null if it did not
  public record Stream(Proxy proxy, Instant since, @Nullable Instant lostAt) {}

  /// Why it is in that state, in a sentence.
  public String why() {
    return switch (state) {
      case APPLIED -> "it acknowledged everything";
      case UNAFFECTED -> unaffected();
      case REFUSED -> "it refused %s and keeps what it had of it".formatted(first());
      case PENDING ->
          lostAt == null
              ? "it has not acknowledged %s".formatted(first())
              : "its stream was lost at %s; it lacks %s".formatted(lostAt, first());
    };
  }

  private String unaffected() {
    return switch (proxy.role()) {
      case Proxy.Role.MeshGateway() ->
          "nothing that the gateways of network %s pass through changed".formatted(proxy.network());
      case Proxy.Role.Sidecar() ->
          proxy.upstreams().isEmpty()
              ? "nothing that it may call and nothing that it serves changed"
              : "none of the upstreams that it declares and nothing that it serves changed";
    };
  }

  private String first() {
    return lacking.size() == 1
        ? lacking.getFirst().toString()
        : "%s and %d more".formatted(lacking.getFirst(), lacking.size() - 1);
  }
}
