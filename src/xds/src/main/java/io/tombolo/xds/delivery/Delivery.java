package io.tombolo.xds.delivery;

import io.tombolo.xds.snapshot.ResourceType;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// How far a proxy has got.
///
/// @param types of every type that the proxy has asked for
/// @param applied the highest revision of the mesh of which the proxy has acknowledged everything
///   that there is for it; 0 if none yet
/// @param appliedAt when that became so; null if none yet
/// @param declined what the proxy asked for, or is to do, and cannot, each in a sentence
public record Delivery(
    Map<ResourceType, OfType> types,
    long applied,
    @Nullable Instant appliedAt,
    List<String> declined) {
  /// How far it has got with one type.
  ///
  /// @param sent the revision last sent, or 0
  /// @param acked the revision last acknowledged, or 0
  /// @param ackedAt when; null if never
  /// @param refused what the proxy did not take and is not sent again until it changes
  public record OfType(long sent, long acked, @Nullable Instant ackedAt, List<Refusal> refused) {
    static final OfType NONE = new OfType(0, 0, null, List.of());

    public OfType {
      refused = List.copyOf(refused);
    }
  }

  /// What a proxy said against resources.
  ///
  /// @param resources their names
  /// @param message the proxy's own, printable
  public record Refusal(List<String> resources, String message, Instant at) {
    private static final int LONGEST = 400;

    public Refusal {
      resources = List.copyOf(resources);
    }

    static Refusal of(List<String> resources, String said, Instant at) {
      var message = said.length() > LONGEST ? said.substring(0, LONGEST) + "~" : said;
      return new Refusal(resources, message.replaceAll("[^ -~]", "?"), at);
    }
  }

  /// Before anything was asked for.
  static final Delivery NONE = new Delivery(Map.of(), 0, null, List.of());

  public Delivery {
    types = Map.copyOf(types);
    declined = List.copyOf(declined);
  }
}
