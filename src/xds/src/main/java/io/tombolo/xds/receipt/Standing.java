package io.tombolo.xds.receipt;

import io.tombolo.mesh.scope.Proxy;
import io.tombolo.xds.delivery.Delivery;
import io.tombolo.xds.delivery.Lack;
import io.tombolo.xds.snapshot.ResourceName;
import java.time.Instant;
import java.util.Comparator;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
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
  /// @param affected whether the revision changed anything for it
  /// @param lacks what of that it lacks
  static Standing of(Stream stream, boolean affected, List<Lack> lacks) {
    var refused = new HashMap<ResourceName, Delivery.Refusal>();
    for (var lack : lacks) {
      var refusal = lack.refusal();
      if (refusal != null) {
        refused.put(lack.what(), refusal);
      }
    }
    return new Standing(
        stream.proxy(),
        state(affected, lacks.size(), refused.size()),
        stream.since(),
        stream.lostAt(),
        lacks.stream().map(Lack::what).toList(),
        refused);
  }

  private static State state(boolean affected, int lacking, int refused) {
    if (!affected) {
      return State.UNAFFECTED;
    }
    if (lacking == 0) {
      return State.APPLIED;
    }
    return refused == lacking ? State.REFUSED : State.PENDING;
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
      case Proxy.Role.GrpcServer() -> "nothing that it serves changed";
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
