package io.tombolo.server.ports;

import io.grpc.Context;
import io.grpc.Status;
import io.grpc.StatusException;
import io.grpc.stub.StreamObserver;
import org.jboss.logging.Logger;

/// Answers a call on a thread of its own: what takes time or waits must not be on an event loop.
final class OwnThread {
  private static final Logger LOG = Logger.getLogger(OwnThread.class);

  private OwnThread() {}

  /// What is to be answered, or why not.
  interface Work<A> {
    A answer() throws StatusException, InterruptedException;
  }

  /// @param what is answered, for the log
  static <A> void answer(StreamObserver<A> answer, String what, Work<A> work) {
    Runnable task =
        () -> {
          try {
            answer.onNext(work.answer());
            answer.onCompleted();
          } catch (StatusException refused) {
            LOG.warnf("Refused: %s: %s", what, refused.getStatus().getDescription());
            answer.onError(refused);
          } catch (InterruptedException stopped) {
            answer.onError(Status.UNAVAILABLE.withDescription("shutting down").asException());
          } catch (RuntimeException bug) {
            LOG.errorf(bug, "Failed: %s", what);
            answer.onError(Status.INTERNAL.withDescription("see the log").asException());
          }
        };
    Thread.ofVirtual().name(what).start(Context.current().wrap(task));
  }
}
