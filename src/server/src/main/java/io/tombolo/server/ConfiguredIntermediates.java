package io.tombolo.server;

import io.fabric8.kubernetes.client.KubernetesClient;
import io.tombolo.identity.CaState;
import io.tombolo.identity.FromFiles;
import io.tombolo.identity.IntermediateSource;
import io.tombolo.identity.Pem;
import io.tombolo.identity.Signatory;
import io.tombolo.identity.SignedElsewhere;
import io.tombolo.identity.SignedOffline;
import io.tombolo.kubernetes.CertManager;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.server.ca.ByCertManager;
import io.tombolo.server.ca.Vault;
import java.io.IOException;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Where the configuration says that intermediates come from. Errors name the key.
final class ConfiguredIntermediates {
  private static final String PREFIX = "tombolo.ca.intermediate.";
  private static final Duration PATIENCE = Duration.ofSeconds(5);

  private ConfiguredIntermediates() {}

  /// Empty for the built-in CA.
  ///
  /// @param clusters clients of Kubernetes, by the names of clusters
  static Optional<IntermediateSource> of(
      TomboloConfig.Intermediate config, CaState state, Map<String, KubernetesClient> clusters)
      throws IOException {
    var roots = roots(config);
    return switch (config.source()) {
      case BUILTIN -> Optional.empty();
      case OFFLINE -> Optional.of(new SignedOffline(state, roots));
      case FILES -> {
        var directory = needed("files", config.files());
        yield Optional.of(new FromFiles(directory, state.trustDomain(), roots));
      }
      case VAULT -> Optional.of(signedBy(vault(config.vault()), config, state, roots));
      case CERT_MANAGER ->
          Optional.of(signedBy(certManager(config.certManager(), clusters), config, state, roots));
    };
  }

  private static IntermediateSource signedBy(
      Signatory signatory,
      TomboloConfig.Intermediate config,
      CaState state,
      List<X509Certificate> roots)
      throws IOException {
    return new SignedElsewhere(state, signatory, config.life(), roots);
  }

  private static List<X509Certificate> roots(TomboloConfig.Intermediate config) {
    if (config.roots().isEmpty()) {
      return List.of();
    }
    var file = config.roots().get();
    try {
      return Pem.parse(Files.readString(file, StandardCharsets.ISO_8859_1));
    } catch (IOException | IllegalArgumentException unusable) {
      throw new IllegalArgumentException(
          PREFIX + "roots: " + file + " cannot be used: " + unusable.getMessage(), unusable);
    }
  }

  private static Vault vault(TomboloConfig.VaultPki config) {
    URI address;
    try {
      address = URI.create(needed("vault.address", config.address()));
    } catch (IllegalArgumentException notUri) {
      throw new IllegalArgumentException(
          PREFIX + "vault.address: is not a URL such as https://vault.example:8200", notUri);
    }
    return new Vault(
        new Vault.Settings(
            address,
            config.mount(),
            config.issuer(),
            config.namespace(),
            config.ca(),
            login(config)));
  }

  private static Vault.Login login(TomboloConfig.VaultPki config) {
    int ways =
        (config.tokenFile().isPresent() ? 1 : 0)
            + (config.kubernetesRole().isPresent() ? 1 : 0)
            + (config.appRoleId().isPresent() ? 1 : 0);
    if (ways != 1) {
      throw new IllegalArgumentException(
          PREFIX
              + "vault: exactly one of vault.token-file, vault.kubernetes-role and"
              + " vault.app-role-id must be given, not "
              + ways);
    }
    if (config.tokenFile().isPresent()) {
      return new Vault.Login.Token(config.tokenFile().get());
    }
    if (config.kubernetesRole().isPresent()) {
      return new Vault.Login.Kubernetes(
          config.loginMount().orElse("kubernetes"),
          config.kubernetesRole().get(),
          config.kubernetesToken());
    }
    return new Vault.Login.AppRole(
        config.loginMount().orElse("approle"),
        needed("vault.app-role-id", config.appRoleId()),
        needed("vault.app-secret-id-file", config.appSecretIdFile()));
  }

  private static Signatory certManager(
      TomboloConfig.CertManagerIssuer config, Map<String, KubernetesClient> clusters) {
    var name = needed("cert-manager.cluster", config.cluster());
    var client = clusters.get(name);
    if (client == null) {
      throw new IllegalArgumentException(
          PREFIX
              + "cert-manager.cluster: there is no tombolo.kubernetes.\"%s\" in the configuration"
                  .formatted(Names.printable(name)));
    }
    var issuer =
        new CertManager.Issuer(
            config.namespace(),
            needed("cert-manager.issuer", config.issuer()),
            config.kind(),
            config.group());
    return new ByCertManager(new CertManager(client, issuer, PATIENCE));
  }

  private static <T> T needed(String key, Optional<T> value) {
    return value.orElseThrow(() ->
        new IllegalArgumentException(
            PREFIX + key + ": is needed with the source that is configured; set it"));
  }
}
