package io.tombolo.agent;

import io.grpc.Status;
import io.grpc.stub.ServerCallStreamObserver;
import io.grpc.stub.StreamObserver;
import java.util.concurrent.locks.ReentrantLock;

/// One open stream to a client that hears of new secrets. Requests, news and the end come from
/// different threads. What is sent is read from the keyring under the stream's lock, so it never
/// goes backward.
///
/// @param <R> what is sent
abstract sealed class OpenStream<R> implements Subscriber
    permits SdsStream, DeltaSdsStream, WorkloadStream {
  private final ReentrantLock lock = new ReentrantLock();
  private final StreamObserver<R> client;
  private final Keyring keyring;
  private boolean over;
  private long nonce;
  private volatile String refusal = "";

  /// Also of other threads, without the lock.
  private volatile boolean settled = true;

  OpenStream(StreamObserver<R> client, Keyring keyring) {
    this.client = client;
    this.keyring = keyring;
  }

  /// From here on it hears of new secrets. With a handler set, an answer to a client that has just
  /// gone is dropped instead of thrown.
  final void open() {
    if (client instanceof ServerCallStreamObserver<R> call) {
      call.setOnCancelHandler(this::finish);
    }
    keyring.subscribe(this);
  }

  @Override
  public final void refresh() {
    locked(this::tellIfOpen);
  }

  final void locked(Runnable step) {
    lock.lock();
    try {
      step.run();
    } finally {
      lock.unlock();
    }
  }

  /// Under the lock.
  final void tellIfOpen() {
    if (!over) {
      tell(keyring.secrets());
    }
  }

  /// Sends what is new in these. Under the lock, while the stream is open.
  abstract void tell(Secrets newest);

  final void send(R response) {
    client.onNext(response);
  }

  /// The nonce of what is sent next; the client has not taken it up until it says so. Under the
  /// lock.
  final String nextNonce() {
    nonce++;
    settled = false;
    return nonce();
  }

  /// The nonce of what was sent last. Under the lock.
  final String nonce() {
    return Long.toString(nonce);
  }

  /// The client has answered something that was sent. Under the lock.
  ///
  /// @param why OK if it has taken it up
  final void taken(String answered, com.google.rpc.Status why) {
    if (answered.equals(nonce())) {
      refusal = why.getMessage();
      settled = why.getCode() == 0;
    }
  }

  /// Outside of the lock.
  final void answered() {
    keyring.answered();
  }

  @Override
  public final boolean settled() {
    return settled;
  }

  @Override
  public final String refusal() {
    return refusal;
  }

  /// Ends it and says why. Under the lock.
  final void refuse(Status why) {
    if (!over) {
      client.onError(why.asRuntimeException());
    }
    end();
  }

  /// The client has no more to ask.
  final void complete() {
    locked(() -> {
      if (!over) {
        client.onCompleted();
      }
      end();
    });
  }

  /// The client is away.
  final void finish() {
    locked(this::end);
  }

  private void end() {
    over = true;
    keyring.unsubscribe(this);
  }
}
