package io.tombolo.xds.snapshot;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.CodedOutputStream;
import com.google.protobuf.InvalidProtocolBufferException;
import com.google.protobuf.Message;
import com.google.protobuf.UnsafeByteOperations;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.tombolo.xds.translate.Protos;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Something to tell proxies, encoded once. Equal if type, name and version are: the version is a
/// hash of the content.
///
/// @param encoded as a field of a delta response; all streams send these very bytes
/// @param content the `Any` within it
public record Resource(
    ResourceType type, String name, String version, ByteString encoded, ByteString content) {
  private static final int RESOURCES = DeltaDiscoveryResponse.RESOURCES_FIELD_NUMBER;
  private static final int NAME =
      io.envoyproxy.envoy.service.discovery.v3.Resource.NAME_FIELD_NUMBER;
  private static final int VERSION =
      io.envoyproxy.envoy.service.discovery.v3.Resource.VERSION_FIELD_NUMBER;
  private static final int CONTENT =
      io.envoyproxy.envoy.service.discovery.v3.Resource.RESOURCE_FIELD_NUMBER;

  static Resource of(ResourceType type, String name, Message content) {
    var body = Protos.any(content);
    var version = hash(body.getValue().toByteArray());
    var encoded = encoded(name, version, body);
    return new Resource(
        type, name, version, encoded, encoded.substring(encoded.size() - body.getSerializedSize()));
  }

  /// The content comes last.
  private static ByteString encoded(String name, String version, Any body) {
    int size =
        CodedOutputStream.computeStringSize(NAME, name)
            + CodedOutputStream.computeStringSize(VERSION, version)
            + CodedOutputStream.computeMessageSize(CONTENT, body);
    int whole =
        CodedOutputStream.computeTagSize(RESOURCES)
            + CodedOutputStream.computeUInt32SizeNoTag(size)
            + size;
    var bytes = new byte[whole];
    var out = CodedOutputStream.newInstance(bytes);
    try {
      out.writeTag(RESOURCES, 2);
      out.writeUInt32NoTag(size);
      out.writeString(NAME, name);
      out.writeString(VERSION, version);
      out.writeMessage(CONTENT, body);
    } catch (IOException impossible) {
      throw new UncheckedIOException(impossible);
    }
    out.checkNoSpaceLeft();
    return UnsafeByteOperations.unsafeWrap(bytes);
  }

  /// The content, decoded.
  public Any body() {
    try {
      return Any.parseFrom(content);
    } catch (InvalidProtocolBufferException impossible) {
      throw new IllegalStateException("it was encoded here", impossible);
    }
  }

  /// A short hash, the same everywhere.
  public static String hash(byte[] content) {
    try {
      var sha = MessageDigest.getInstance("SHA-256").digest(content);
      return HexFormat.of().formatHex(sha, 0, 12);
    } catch (NoSuchAlgorithmException impossible) {
      throw new IllegalStateException("every JDK has SHA-256", impossible);
    }
  }

  @Override
  public boolean equals(@Nullable Object other) {
    return this == other
        || (other instanceof Resource resource
            && type == resource.type
            && name.equals(resource.name)
            && version.equals(resource.version));
  }

  @Override
  public int hashCode() {
    return version.hashCode();
  }
}
