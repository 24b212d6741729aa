package io.tombolo.server.ports;

import io.grpc.Drainable;
import io.grpc.KnownLength;
import io.grpc.MethodDescriptor.Marshaller;
import io.tombolo.xds.delivery.Response;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/// How gRPC gets the bytes of a response: they are copied once, into the transport's buffer.
final class Encoded implements Marshaller<Response> {
  static final Encoded RESPONSES = new Encoded();

  private Encoded() {}

  @Override
  public InputStream stream(Response response) {
    return new Bytes(response);
  }

  @Override
  public Response parse(InputStream stream) {
    throw new UnsupportedOperationException("a server sends responses");
  }

  /// gRPC drains it whole; whoever reads it as a stream gets the same.
  private static final class Bytes extends InputStream implements Drainable, KnownLength {
    private final Response response;
    private @Nullable InputStream unread;

    Bytes(Response response) {
      this.response = response;
    }

    @Override
    public int drainTo(OutputStream target) throws IOException {
      response.writeTo(target);
      return response.size();
    }

    @Override
    public int available() {
      return response.size();
    }

    @Override
    public int read() throws IOException {
      return unread().read();
    }

    @Override
    public int read(byte[] target, int offset, int length) throws IOException {
      return unread().read(target, offset, length);
    }

    private InputStream unread() {
      if (unread == null) {
        unread = new ByteArrayInputStream(response.toByteArray());
      }
      return unread;
    }
  }
}
