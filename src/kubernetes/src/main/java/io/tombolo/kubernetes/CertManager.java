package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.fabric8.kubernetes.client.dsl.Resource;
import io.fabric8.kubernetes.client.dsl.base.ResourceDefinitionContext;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Duration;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Has certificates of authorities signed by an issuer of cert-manager: a `CertificateRequest`
/// (cert-manager.io/v1) for each request, in one namespace. A request that waits for its approval
/// is found again when it is asked for again. Thread-safe.
public final class CertManager {
  private static final ResourceDefinitionContext REQUESTS =
      new ResourceDefinitionContext.Builder()
          .withGroup("cert-manager.io")
          .withVersion("v1")
          .withKind("CertificateRequest")
          .withPlural("certificaterequests")
          .withNamespaced(true)
          .build();
  private static final Duration POLL = Duration.ofMillis(200);
  private static final int LONGEST_REASON = 300;

  /// Who signs.
  ///
  /// @param namespace of the requests, and of the issuer unless it is a cluster's
  /// @param kind `Issuer`, `ClusterIssuer`, or one of an external issuer
  /// @param group `cert-manager.io`, or that of an external issuer
  public record Issuer(String namespace, String name, String kind, String group) {}

  private final KubernetesClient client;
  private final Issuer issuer;
  private final Duration patience;

  /// @param patience how long one call waits for the issuer
  public CertManager(KubernetesClient client, Issuer issuer, Duration patience) {
    this.client = client;
    this.issuer = issuer;
    this.patience = patience;
  }

  /// Asks for a certificate, or looks what became of it if it was asked for before.
  ///
  /// @param key tells requests apart that are not for the same key
  /// @param csr the certificate request in PEM
  /// @return certificates in PEM: the one that was signed and, as far as the issuer tells, those
  ///   above it
  /// @throws IOException if there is none (yet); the message says why and the way out
  public String sign(String key, String csr, Duration life) throws IOException {
    var name = "tombolo-intermediate-" + hash(key);
    var requests = client.genericKubernetesResources(REQUESTS).inNamespace(issuer.namespace);
    var request = requests.withName(name);
    try {
      var state = request.get();
      if (state == null) {
        state = requests.resource(asked(name, csr, life)).create();
      }
      return awaited(name, request, state);
    } catch (KubernetesClientException failed) {
      throw new IOException(reason(name, failed), failed);
    }
  }

  private GenericKubernetesResource asked(String name, String csr, Duration life) {
    var request = new GenericKubernetesResource();
    request.setApiVersion("cert-manager.io/v1");
    request.setKind(REQUESTS.getKind());
    request.setMetadata(
        new ObjectMetaBuilder()
            .withName(name)
            .withNamespace(issuer.namespace)
            .addToLabels("app.kubernetes.io/managed-by", "tombolo")
            .build());
    request.setAdditionalProperty(
        "spec",
        Map.of(
            "request", Base64.getEncoder().encodeToString(csr.getBytes(StandardCharsets.US_ASCII)),
            "isCA", true,
            "usages", List.of("cert sign", "crl sign"),
            "duration", life.toSeconds() + "s",
            "issuerRef", Map.of("name", issuer.name, "kind", issuer.kind, "group", issuer.group)));
    return request;
  }

  private String awaited(
      String name, Resource<GenericKubernetesResource> request, GenericKubernetesResource first)
      throws IOException {
    long end = System.nanoTime() + patience.toNanos();
    var state = first;
    while (true) {
      var signed = signed(name, request, state);
      if (signed.isPresent()) {
        return signed.get();
      }
      if (System.nanoTime() >= end) {
        throw new IOException(
            "CertificateRequest %s/%s %s; it is looked at again"
                .formatted(issuer.namespace, name, waiting(state)));
      }
      pause();
      var now = request.get();
      if (now == null) {
        throw new IOException(
            "CertificateRequest %s/%s was deleted; it is made anew"
                .formatted(issuer.namespace, name));
      }
      state = now;
    }
  }

  private static void pause() throws IOException {
    try {
      Thread.sleep(POLL);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new IOException("interrupted", stopped);
    }
  }

  /// What was signed, empty if it is still waited for.
  private Optional<String> signed(
      String name, Resource<GenericKubernetesResource> request, GenericKubernetesResource state)
      throws IOException {
    var denied = condition(state, "Denied", "True");
    if (denied.isPresent()) {
      throw new IOException(
          "CertificateRequest %s/%s was denied (%s); delete it to ask again"
              .formatted(issuer.namespace, name, denied.get()));
    }
    var failed =
        condition(state, "InvalidRequest", "True")
            .or(() -> condition(state, "Ready", "False").filter(_ -> failed(state)));
    if (failed.isPresent()) {
      request.delete();
      throw new IOException(
          "CertificateRequest %s/%s failed (%s); it is made anew"
              .formatted(issuer.namespace, name, failed.get()));
    }
    var certificate = text(state, "certificate");
    return condition(state, "Ready", "True").isEmpty() || certificate.isEmpty()
        ? Optional.empty()
        : Optional.of(certificate + "\n" + text(state, "ca"));
  }

  private static boolean failed(GenericKubernetesResource state) {
    return conditions(state).stream()
        .anyMatch(one -> "Ready".equals(one.get("type")) && "Failed".equals(one.get("reason")));
  }

  private String waiting(GenericKubernetesResource state) {
    if (condition(state, "Approved", "True").isEmpty()) {
      return "is not approved; approve it, or let cert-manager's approver do so";
    }
    return "is approved and not signed by the %s %s (%s)"
        .formatted(
            issuer.kind, issuer.name, condition(state, "Ready", "False").orElse("it says nothing"));
  }

  /// The message of a condition with this status.
  private static Optional<String> condition(
      GenericKubernetesResource state, String type, String status) {
    return conditions(state).stream()
        .filter(one -> type.equals(one.get("type")) && status.equals(one.get("status")))
        .map(one -> one.get("message") instanceof String said ? said : "no reason")
        .map(said -> Names.printable(said, LONGEST_REASON))
        .findFirst();
  }

  private static List<Map<?, ?>> conditions(GenericKubernetesResource state) {
    return state.get("status", "conditions") instanceof List<?> all
        ? all.stream()
            .<Map<?, ?>>mapMulti((one, to) -> {
              if (one instanceof Map<?, ?> map) {
                to.accept(map);
              }
            })
            .toList()
        : List.of();
  }

  private static String text(GenericKubernetesResource state, String field) throws IOException {
    if (!(state.get("status", field) instanceof String base64)) {
      return "";
    }
    try {
      return new String(Base64.getDecoder().decode(base64), StandardCharsets.ISO_8859_1);
    } catch (IllegalArgumentException notBase64) {
      throw new IOException("status.%s is not base64".formatted(field), notBase64);
    }
  }

  private String reason(String name, KubernetesClientException failed) {
    return switch (failed.getCode()) {
      case HttpURLConnection.HTTP_FORBIDDEN ->
          "we may not use CertificateRequests in the namespace %s; apply k8s/cert-manager.yaml"
              .formatted(issuer.namespace);
      case HttpURLConnection.HTTP_NOT_FOUND ->
          "there are no CertificateRequests (cert-manager.io/v1), or no namespace %s; install cert-manager"
              .formatted(issuer.namespace);
      default ->
          Reason.of("use CertificateRequest %s/%s".formatted(issuer.namespace, name), failed);
    };
  }

  private static String hash(String key) {
    try {
      var hash = MessageDigest.getInstance("SHA-256");
      return HexFormat.of().formatHex(hash.digest(key.getBytes(StandardCharsets.UTF_8)), 0, 8);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    return "cert-manager's %s %s/%s".formatted(issuer.kind, issuer.namespace, issuer.name);
  }
}
