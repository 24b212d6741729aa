package io.tombolo.xds.snapshot;

import com.google.protobuf.Any;
import com.google.protobuf.Message;
import io.tombolo.xds.translate.Protos;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import org.jspecify.annotations.Nullable;

/// Something to tell proxies, encoded once. Equal if type, name and version are: the version is a
/// hash of the content.
///
/// @param encoded as a delta response carries it, the content within
public record Resource(
    ResourceType type,
    String name,
    String version,
    io.envoyproxy.envoy.service.discovery.v3.Resource encoded) {

  static Resource of(ResourceType type, String name, Message content) {
    var body = Protos.any(content);
    var version = hash(body.getValue().toByteArray());
    return new Resource(
        type,
        name,
        version,
        io.envoyproxy.envoy.service.discovery.v3.Resource.newBuilder()
            .setName(name)
            .setVersion(version)
            .setResource(body)
            .build());
  }

  /// The content.
  public Any body() {
    return encoded.getResource();
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
