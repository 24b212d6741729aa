package io.tombolo.xds.delivery;

import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Parser;
import io.tombolo.xds.snapshot.View;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.List;
import java.util.Random;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A session and a client with messages under way between them, in order each way, at any pace.
final class Wire<Q, A> {
  private final Session<Q> session;
  private final Parser<A> parser;
  private final Function<A, List<Q>> client;
  private final ArrayDeque<Q> requests = new ArrayDeque<>();
  private final ArrayDeque<A> responses = new ArrayDeque<>();
  private @Nullable View view;
  private Instant now = Instant.EPOCH;

  Wire(Session<Q> session, List<Q> first, Parser<A> parser, Function<A, List<Q>> client) {
    this.session = session;
    this.parser = parser;
    this.client = client;
    requests.addAll(first);
  }

  void show(View newest) {
    view = newest;
    say(session.news(newest, now));
  }

  /// Delivers one message of either side; false if there is none.
  boolean step(Random random) {
    now = now.plusMillis(1);
    boolean fromClient = responses.isEmpty() || (!requests.isEmpty() && random.nextBoolean());
    if (fromClient && !requests.isEmpty()) {
      session.receive(requests.removeFirst(), now);
      var newest = view;
      if (newest != null) {
        say(session.news(newest, now));
      }
      return true;
    }
    if (responses.isEmpty()) {
      return false;
    }
    requests.addAll(client.apply(responses.removeFirst()));
    return true;
  }

  private void say(List<Response> news) {
    news.forEach(response -> responses.add(parsed(response, parser)));
  }

  /// A response as its client reads it.
  static <A> A parsed(Response response, Parser<A> parser) {
    try {
      return parser.parseFrom(response.toByteArray());
    } catch (InvalidProtocolBufferException unreadable) {
      throw new AssertionError(unreadable);
    }
  }
}
