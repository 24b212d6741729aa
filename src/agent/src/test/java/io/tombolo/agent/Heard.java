package io.tombolo.agent;

import io.grpc.Status;
import io.grpc.stub.StreamObserver;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;

/// All that a server said on one stream, for tests.
final class Heard<R> implements StreamObserver<R> {
  private static final long PATIENCE_SECONDS = 15;
  private final BlockingQueue<Object> answers = new LinkedBlockingQueue<>();
  private final Class<R> type;

  Heard(Class<R> type) {
    this.type = type;
  }

  R next() throws InterruptedException {
    return type.cast(take());
  }

  Status refusal() throws InterruptedException {
    return Status.fromThrowable((Throwable) take());
  }

  boolean silent() throws InterruptedException {
    return answers.poll(300, TimeUnit.MILLISECONDS) == null;
  }

  /// What has come and was not taken.
  List<Object> all() {
    return List.copyOf(answers);
  }

  private Object take() throws InterruptedException {
    var answer = answers.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
    if (answer == null) {
      throw new AssertionError("no answer on the stream after " + PATIENCE_SECONDS + " s");
    }
    return answer;
  }

  @Override
  public void onNext(R answer) {
    answers.add(answer);
  }

  @Override
  public void onError(Throwable refused) {
    answers.add(refused);
  }

  @Override
  public void onCompleted() {}
}
