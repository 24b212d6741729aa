package io.tombolo.server;

import io.micrometer.core.instrument.MeterRegistry;
import io.quarkus.runtime.ShutdownEvent;
import io.quarkus.runtime.StartupEvent;
import io.tombolo.server.admin.Admin;
import jakarta.enterprise.context.ApplicationScoped;
import jakarta.enterprise.event.Observes;
import jakarta.enterprise.inject.Produces;
import jakarta.inject.Singleton;
import java.io.IOException;
import java.net.InetAddress;
import java.util.Optional;
import org.eclipse.microprofile.config.inject.ConfigProperty;
import org.eclipse.microprofile.health.HealthCheck;
import org.eclipse.microprofile.health.HealthCheckResponse;
import org.eclipse.microprofile.health.Readiness;

/// Ties the control plane to Quarkus: configuration in, beans and health out, start and stop.
@ApplicationScoped
class Wiring {
  private final ControlPlane controlPlane;

  Wiring(
      TomboloConfig config,
      @ConfigProperty(name = "quarkus.application.version") String version,
      @ConfigProperty(name = "quarkus.http.insecure-requests") Optional<String> insecure)
      throws IOException {
    requireSafeAdmin(config, insecure.orElse("enabled"));
    controlPlane = new ControlPlane(config, version);
  }

  /// The admin port carries a token: plaintext stays on loopback.
  private static void requireSafeAdmin(TomboloConfig config, String insecure) throws IOException {
    var address = InetAddress.getByName(config.admin().address());
    if (!address.isLoopbackAddress() && !insecure.equals("disabled")) {
      throw new IllegalArgumentException(
          "tombolo.admin.address: "
              + address.getHostAddress()
              + " is not a loopback address; configure HTTPS (quarkus.http.tls-configuration-name)"
              + " and quarkus.http.insecure-requests=disabled, or use 127.0.0.1");
    }
  }

  void start(@Observes StartupEvent event, MeterRegistry metrics) {
    Gauges.register(controlPlane.admin(), metrics);
    controlPlane.start();
  }

  void stop(@Observes ShutdownEvent event) {
    controlPlane.close();
  }

  @Produces
  @Singleton
  Admin admin() {
    return controlPlane.admin();
  }

  @Produces
  @Singleton
  @Readiness
  HealthCheck ready() {
    return () -> {
      var loop = controlPlane.admin().loop();
      var answer = HealthCheckResponse.named("mesh");
      loop.failure().ifPresent(why -> answer.withData("failure", why));
      return answer.status(loop.failure().isEmpty() && loop.model().served().isPresent()).build();
    };
  }
}
