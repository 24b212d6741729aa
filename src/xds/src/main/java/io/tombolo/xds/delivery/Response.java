package io.tombolo.xds.delivery;

import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryResponse;
import io.tombolo.xds.snapshot.Resource;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.io.UncheckedIOException;
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
    words.writeTo(out);
    for (var resource : resources) {
      resource.writeTo(out);
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
