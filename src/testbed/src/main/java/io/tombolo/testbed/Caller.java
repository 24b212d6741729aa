package io.tombolo.testbed;

import java.io.IOException;

/// A client of an [EchoServer] that never retries: what fails on the way is seen to fail. Belongs
/// to one thread.
public interface Caller extends AutoCloseable {

  /// Sends a word and gives the answer.
  ///
  /// @throws IOException if there is none, or it is a refusal
  String call(String word) throws IOException;

  /// How many connections it has opened so far: 1 as long as the first is not lost. Not counted for
  /// gRPC, 0.
  long connections();

  @Override
  void close();

  /// HTTP/1.1 on one connection for all calls.
  static Caller http(Place from, String address, int port) {
    return new HttpCaller(new Line(from, address, port), true);
  }

  /// HTTP/1.1 on a new connection for each call.
  static Caller freshHttp(Place from, String address, int port) {
    return new HttpCaller(new Line(from, address, port), false);
  }

  /// Lines on one TCP connection.
  static Caller tcp(Place from, String address, int port) {
    return new TcpCaller(new Line(from, address, port));
  }

  /// gRPC on one channel.
  static Caller grpc(Place from, String address, int port) {
    return new GrpcCaller(from, address, port);
  }
}
