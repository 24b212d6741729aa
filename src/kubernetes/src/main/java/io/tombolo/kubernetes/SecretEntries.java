package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.Secret;
import io.fabric8.kubernetes.api.model.SecretBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.util.Base64;
import java.util.Map;
import java.util.Optional;

/// Small entries that are written once and never changed, each in an immutable Secret of one
/// namespace. Several processes may use the same: the API server decides who was first.
/// Thread-safe.
public final class SecretEntries {
  private static final String FIELD = "entry";
  private static final String TYPE = "mesh.tombolo.io/entry";

  private final KubernetesClient client;
  private final String namespace;
  private final String prefix;

  /// @param prefix of the names of the Secrets, such as `tombolo-`
  public SecretEntries(KubernetesClient client, String namespace, String prefix) {
    this.client = client;
    this.namespace = Names.requireLabel("a namespace", namespace);
    this.prefix = prefix;
  }

  /// The entry of this name, or empty if there is none.
  ///
  /// @throws IOException if it cannot be known, or is there and cannot be used
  public Optional<byte[]> load(String name) throws IOException {
    try {
      var secret = client.secrets().inNamespace(namespace).withName(prefix + name).get();
      return secret == null ? Optional.empty() : Optional.of(content(secret));
    } catch (KubernetesClientException failed) {
      throw new IOException(Reason.of("read " + secret(name), failed), failed);
    }
  }

  /// Keeps an entry, unless there is one of this name.
  ///
  /// @return the entry that is kept now: this one, or that of a process that was first
  public byte[] create(String name, byte[] entry) throws IOException {
    try {
      return content(client.resource(holding(name, entry)).create());
    } catch (KubernetesClientException failed) {
      if (failed.getCode() == HttpURLConnection.HTTP_CONFLICT) {
        return load(name).orElseThrow(() -> new IOException(secret(name) + " came and went"));
      }
      throw new IOException(Reason.of("create " + secret(name), failed), failed);
    }
  }

  /// The place, as an operator would call it.
  public String where() {
    return "Secrets %s* of namespace %s".formatted(prefix, namespace);
  }

  private Secret holding(String name, byte[] entry) {
    return new SecretBuilder()
        .withNewMetadata()
        .withNamespace(namespace)
        .withName(prefix + name)
        .endMetadata()
        .withType(TYPE)
        .withImmutable(true)
        .withData(Map.of(FIELD, Base64.getEncoder().encodeToString(entry)))
        .build();
  }

  private static byte[] content(Secret secret) throws IOException {
    var content = Given.of(secret.getData()).get(FIELD);
    if (content == null) {
      throw new IOException(
          "Secret %s/%s: no field \"%s\"; restore it from a backup, or delete it to begin anew"
              .formatted(
                  secret.getMetadata().getNamespace(), secret.getMetadata().getName(), FIELD));
    }
    return Base64.getDecoder().decode(content);
  }

  private String secret(String name) {
    return "Secret " + namespace + "/" + prefix + name;
  }
}
