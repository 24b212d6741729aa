package io.tombolo.xds.delivery;

import io.tombolo.xds.snapshot.View;
import java.time.Instant;
import java.util.List;
import java.util.Set;

/// One ADS stream, from the first request to its end: a state machine without clock, thread or
/// socket. Not thread-safe.
///
/// @param <Q> its requests
public sealed interface Session<Q> permits BaseSession {
  /// Takes the newest view, by which requests are understood from here on.
  void see(View newest);

  void receive(Q request, Instant now);

  /// What is to be sent now. To be called after each request, and for each new view.
  List<Response> news(View newest, Instant now);

  /// The names of clusters that the client asks for by the address it calls. The same instance as
  /// long as they are the same.
  Set<String> demands();

  /// How many resource names the client asks for.
  int names();

  /// The revision of the newest view that was looked at; 0 if none was.
  long seen();

  /// What the proxy does not have as it is or later was at a revision: what has been other than
  /// what it last acknowledged since then, or since before.
  List<Lack> lacking(long revision);

  /// How far the proxy has got.
  Delivery delivery();
}
