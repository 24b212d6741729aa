package io.tombolo.server.ports;

import io.grpc.ForwardingServerCallListener.SimpleForwardingServerCallListener;
import io.grpc.Metadata;
import io.grpc.MethodDescriptor;
import io.grpc.ServerCall;
import io.grpc.ServerCallHandler;
import io.grpc.ServerMethodDefinition;
import io.grpc.ServerServiceDefinition;
import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;

/// Ends calls whose request is not one with INVALID_ARGUMENT. gRPC by itself takes them for a
/// failure of the server, and writes a stack trace into the log for each that anybody sends.
final class ReadableRequests {
  private static final Status UNREADABLE =
      Status.INVALID_ARGUMENT.withDescription("this is not a request of this method");

  private ReadableRequests() {}

  /// The same service, for requests that can be read.
  static ServerServiceDefinition only(ServerServiceDefinition service) {
    var readable = ServerServiceDefinition.builder(service.getServiceDescriptor().getName());
    service.getMethods().forEach(method -> readable.addMethod(method(method)));
    return readable.build();
  }

  private static <Q, R> ServerMethodDefinition<Q, R> method(ServerMethodDefinition<Q, R> method) {
    var as = method.getMethodDescriptor();
    var requests = new OrNull<>(as.getRequestMarshaller());
    return ServerMethodDefinition.create(
        as.toBuilder(requests, as.getResponseMarshaller()).build(),
        (call, headers) -> new Guard<>(call, headers, method.getServerCallHandler()));
  }

  /// Reads requests; null stands for what is none.
  private record OrNull<Q>(MethodDescriptor.Marshaller<Q> requests)
      implements MethodDescriptor.Marshaller<Q> {
    @Override
    public InputStream stream(Q request) {
      return requests.stream(request);
    }

    @Override
    public @Nullable Q parse(InputStream stream) {
      try {
        return requests.parse(stream);
      } catch (StatusRuntimeException unreadable) {
        return null;
      }
    }
  }

  /// Hands on what can be read.
  private static final class Guard<Q, R> extends SimpleForwardingServerCallListener<Q> {
    private final ServerCall<Q, R> call;
    private boolean ended;

    Guard(ServerCall<Q, R> call, Metadata headers, ServerCallHandler<Q, R> next) {
      super(next.startCall(call, headers));
      this.call = call;
    }

    @Override
    public void onMessage(@Nullable Q request) {
      if (ended) {
        return;
      }
      if (request == null) {
        ended = true;
        call.close(UNREADABLE, new Metadata());
      } else {
        super.onMessage(request);
      }
    }

    @Override
    public void onHalfClose() {
      if (!ended) {
        super.onHalfClose();
      }
    }
  }
}
