package io.tombolo.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tombolo.mesh.catalog.Enforcement;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.admin.Admin;
import io.tombolo.server.federation.Standing;
import java.time.Duration;

/// The state of the control plane as metrics.
final class Gauges {
  private Gauges() {}

  static void register(Admin admin, MeterRegistry registry) {
    var loop = admin.loop();
    Gauge.builder("tombolo.proxies", admin.connections(), all -> all.all().size())
        .description("Connected proxies")
        .register(registry);
    Gauge.builder("tombolo.revision", loop, l -> l.model().mesh().catalog().revision())
        .description("The newest accepted change")
        .register(registry);
    Gauge.builder("tombolo.services", loop, l -> l.model().mesh().catalog().services().size())
        .description("Services in the catalog")
        .register(registry);
    Gauge.builder("tombolo.serving", loop, l -> l.model().served().isPresent() ? 1 : 0)
        .description("1 if proxies are served")
        .register(registry);
    for (var enforcement : Enforcement.values()) {
      Gauge.builder("tombolo.services.enforcement", loop, l -> count(l.model().mesh(), enforcement))
          .description("Services at which intentions are enforced, audited, or do nothing")
          .tag("enforcement", enforcement.label())
          .register(registry);
    }
    identities(admin, registry);
    partners(admin, registry);
    loop.model()
        .mesh()
        .catalog()
        .sources()
        .keySet()
        .forEach(source ->
            Gauge.builder(
                    "tombolo.source.synced",
                    loop,
                    l ->
                        l.model().mesh().catalog().sources().get(source)
                                instanceof SourceStatus.Synced
                            ? 1
                            : 0)
                .description("1 if the source is followed, 0 if it is away or not yet listed")
                .tag("source", source.toString())
                .register(registry));
  }

  private static long count(Mesh mesh, Enforcement enforcement) {
    var adoption = mesh.settings().adoption();
    return mesh.catalog().services().values().stream()
        .filter(service -> adoption.at(service) == enforcement)
        .count();
  }

  private static void partners(Admin admin, MeterRegistry registry) {
    for (var one : admin.federation().standings()) {
      var domain = one.trustDomain();
      Gauge.builder(
              "tombolo.federation.bundle.age.seconds",
              admin,
              a ->
                  standing(a, domain)
                      .fetched()
                      .map(at -> (double) Duration.between(at, a.clock().instant()).toSeconds())
                      .orElse(Double.NaN))
          .description("Seconds since the endpoint of a trust domain last served its bundle")
          .tag("domain", domain.name())
          .register(registry);
      Gauge.builder(
              "tombolo.federation.trouble",
              admin,
              a -> standing(a, domain).trouble().isPresent() ? 1 : 0)
          .description("1 if the last look at the bundle endpoint of a trust domain did not work")
          .tag("domain", domain.name())
          .register(registry);
    }
  }

  private static Standing standing(Admin admin, TrustDomain domain) {
    return admin.federation().standings().stream()
        .filter(one -> one.trustDomain().equals(domain))
        .findFirst()
        .orElseThrow();
  }

  private static void identities(Admin admin, MeterRegistry registry) {
    var registrar = admin.registrar();
    var clock = admin.clock();
    Gauge.builder(
            "tombolo.issuer.seconds.left",
            registrar.authority(),
            authority -> Duration.between(clock.instant(), authority.end()).toSeconds())
        .description("Seconds until a certificate of the authority ends that issuing needs")
        .register(registry);
    Gauge.builder(
            "tombolo.svids", registrar.inventory(), all -> all.holding(clock.instant()).size())
        .description("Identities on nodes that have an SVID")
        .register(registry);
    Gauge.builder(
            "tombolo.svids.overdue", registrar.inventory(), all -> all.overdue(clock.instant()))
        .description("Of these, those in the last third of their life that were not renewed")
        .register(registry);
    Gauge.builder("tombolo.bans", registrar.bans(), bans -> bans.all().size())
        .description("Banned identities and nodes")
        .register(registry);
    Gauge.builder("tombolo.issuing", registrar, r -> r.closed(clock.instant()).isEmpty() ? 1 : 0)
        .description("1 if SVIDs are issued, 0 if the audit log or the bans are not usable")
        .register(registry);
  }
}
