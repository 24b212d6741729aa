package io.tombolo.server;

import io.tombolo.consul.ConnectCa;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.ca.ConsulAuthority;
import java.io.IOException;
import java.net.URI;
import java.time.Duration;
import java.util.Optional;

/// The configured authority beside the built-in one. Errors name the key.
final class ConfiguredCa {
  private static final String KEY = "tombolo.ca.consul.";
  private static final Duration PATIENCE = Duration.ofSeconds(10);

  private ConfiguredCa() {}

  /// @throws IllegalArgumentException if it cannot be the mesh's
  static Optional<ConsulAuthority> consul(TomboloConfig config, TrustDomain trustDomain)
      throws IOException {
    return switch (config.ca().provider()) {
      case BUILTIN -> Optional.empty();
      case CONSUL -> Optional.of(opened(config, trustDomain));
    };
  }

  private static ConsulAuthority opened(TomboloConfig config, TrustDomain trustDomain)
      throws IOException {
    var consul = config.ca().consul();
    var datacenter = required("datacenter", consul.datacenter());
    if (!config.consul().containsKey(datacenter)) {
      throw new IllegalArgumentException(
          "%sdatacenter: \"%s\" is none of tombolo.consul (%s)"
              .formatted(KEY, datacenter, config.consul().keySet()));
    }
    var duty =
        new ConsulAuthority.Duty(datacenter, trustDomain, config.state().resolve("consul-roots"));
    return ConsulAuthority.open(ConnectCa.open(settings(consul)), duty, PATIENCE);
  }

  private static ConnectCa.Settings settings(TomboloConfig.ConsulCa consul) {
    try {
      return new ConnectCa.Settings(
          URI.create(required("url", consul.url())),
          consul.tokenFile(),
          consul.ca(),
          consul.serverName());
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(KEY + "url: " + wrong.getMessage(), wrong);
    }
  }

  private static String required(String key, Optional<String> value) {
    return value.orElseThrow(() ->
        new IllegalArgumentException(
            KEY + key + ": is missing; tombolo.ca.provider=consul needs it"));
  }
}
