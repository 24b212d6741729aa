package io.tombolo.server;

import io.quarkus.runtime.configuration.DurationConverter;
import io.smallrye.config.SmallRyeConfigBuilder;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;

/// A control plane without Quarkus around it, on a free port of loopback.
final class Configured {
  private Configured() {}

  /// @param keys besides those of state and port
  static ControlPlane controlPlane(Path state, Map<String, String> keys) throws IOException {
    var all = new HashMap<>(keys);
    all.put("tombolo.state", state.toString());
    all.put("tombolo.xds.address", "127.0.0.1");
    all.put("tombolo.xds.port", "0");
    var config =
        new SmallRyeConfigBuilder()
            .withMapping(TomboloConfig.class)
            .withDefaultValues(all)
            .withConverter(Path.class, 100, text -> text.isEmpty() ? null : Path.of(text))
            .withConverter(Duration.class, 100, new DurationConverter())
            .build();
    return new ControlPlane(config.getConfigMapping(TomboloConfig.class), "test");
  }
}
