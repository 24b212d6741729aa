package io.tombolo.xds.delivery;

import io.tombolo.xds.snapshot.Table;
import java.time.Instant;
import java.util.Set;

/// What one stream wants of one type, in either form of ADS.
///
/// @param <Q> its requests
sealed interface Subscription<Q> permits DeltaSubscription, SotwSubscription {
  /// Takes the newest table.
  void see(Table newest, long revision);

  void receive(Q request, Instant now);

  /// Has the client asked for this type?
  boolean started();

  /// Those of the names it asks for that stand for an address it calls. The same instance as long
  /// as they are the same.
  Set<String> demands();

  /// How many resources it asks for by name.
  int names();

  Delivery.OfType progress();
}
