package io.tombolo.xds.delivery;

import com.google.protobuf.ByteOutput;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.UnsafeByteOperations;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.tombolo.xds.snapshot.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.Channels;
import java.util.ArrayList;
import java.util.List;

/// A discovery response on its way out: a few words of its own, and the bytes that the resources
/// were encoded to when they were made. Immutable.
public final class Response {
  private final ByteString words;
  private final List<ByteString> resources;
  private final int size;

  private Response(ByteString words, List<ByteString> resources) {
    this.words = words;
    this.resources = resources;
    int sum = words.size();
    for (var resource : resources) {
      sum += resource.size();
    }
    this.size = sum;
  }

  /// A [DeltaDiscoveryResponse].
  static Response delta(
      String typeUrl, String nonce, long revision, List<Resource> changed, List<String> removed) {
    var words =
        DeltaDiscoveryResponse.newBuilder()
            .setTypeUrl(typeUrl)
            .setNonce(nonce)
            .setSystemVersionInfo(Long.toString(revision))
            .addAllRemovedResources(removed)
            .build();
    var encoded = new ArrayList<ByteString>(changed.size());
    changed.forEach(resource -> encoded.add(resource.encoded()));
    return new Response(words.toByteString(), encoded);
  }

  /// A [DiscoveryResponse].
  static Response whole(String typeUrl, String nonce, String version, List<Resource> all) {
    var words =
        DiscoveryResponse.newBuilder()
            .setTypeUrl(typeUrl)
            .setNonce(nonce)
            .setVersionInfo(version)
            .build();
    return new Response(words.toByteString(), all.stream().map(Response::field).toList());
  }

  private static ByteString field(Resource resource) {
    int number = DiscoveryResponse.RESOURCES_FIELD_NUMBER;
    var bytes = new byte[CodedOutputStream.computeBytesSize(number, resource.content())];
    var out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeBytes(number, resource.content());
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return ByteString.copyFrom(bytes);
  }

  /// How many bytes it has.
  public int size() {
    return size;
  }

  /// Writes all of it.
  public void writeTo(OutputStream out) throws IOException {
    var sink = new Sink(out);
    UnsafeByteOperations.unsafeWriteTo(words, sink);
    for (var resource : resources) {
      UnsafeByteOperations.unsafeWriteTo(resource, sink);
    }
  }

  /// Takes the bytes as they are: a [ByteString] that writes to a stream copies them first, in case
  /// the stream keeps or changes them. A transport's buffer does neither.
  private static final class Sink extends ByteOutput {
    private final OutputStream out;

    Sink(OutputStream out) {
      this.out = out;
    }

    @Override
    public void write(byte value) throws IOException {
      out.write(value);
    }

    @Override
    public void write(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void writeLazy(byte[] bytes, int offset, int length) throws IOException {
      out.write(bytes, offset, length);
    }

    @Override
    public void write(ByteBuffer bytes) throws IOException {
      Channels.newChannel(out).write(bytes);
    }

    @Override
    public void writeLazy(ByteBuffer bytes) throws IOException {
      write(bytes);
    }
  }

  /// All of it.
  public byte[] toByteArray() {
    var bytes = new ByteArrayOutputStream(size);
    try {
      writeTo(bytes);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    return bytes.toByteArray();
  }
}
