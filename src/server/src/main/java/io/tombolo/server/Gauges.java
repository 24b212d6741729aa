package io.tombolo.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.server.admin.Admin;
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
    identities(admin, registry);
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
