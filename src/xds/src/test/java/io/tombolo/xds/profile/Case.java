package io.tombolo.xds.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.function.ObjIntConsumer;

/// One of many requests of a test, as a header of it says, so that it is known again where it comes
/// out.
///
/// @param sent how
/// @param number from 0
record Case(Sent sent, int number) {
  private static final String HEADER = "x-case";

  /// Where Envoy closes a connection it takes a second: many are asked at a time.
  private static final int CALLERS = 48;

  Field field() {
    return new Field(HEADER, sent + "." + number);
  }

  static Case of(Seen seen) {
    var parts = seen.all(HEADER).getFirst().split("\\.", 2);
    return new Case(Sent.valueOf(parts[0]), Integer.parseInt(parts[1]));
  }

  /// Has each of so many cases asked by some caller.
  static void each(Sidecar sidecar, int cases, ObjIntConsumer<Caller> ask) {
    var parts = new ArrayList<Callable<Void>>();
    for (int i = 0; i < CALLERS; i++) {
      int first = i;
      parts.add(() -> {
        try (var caller = sidecar.caller()) {
          for (int number = first; number < cases; number += CALLERS) {
            ask.accept(caller, number);
          }
        }
        return null;
      });
    }
    try (var callers = Executors.newVirtualThreadPerTaskExecutor()) {
      await(callers.invokeAll(parts));
    } catch (InterruptedException e) {
      Thread.currentThread().interrupt();
      throw new IllegalStateException(e);
    }
  }

  private static void await(List<Future<Void>> parts) throws InterruptedException {
    for (var part : parts) {
      try {
        part.get();
      } catch (ExecutionException e) {
        throw new IllegalStateException(e.getCause());
      }
    }
  }
}
