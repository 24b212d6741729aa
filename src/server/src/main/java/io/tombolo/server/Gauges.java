package io.tombolo.server;

import io.micrometer.core.instrument.Gauge;
import io.micrometer.core.instrument.MeterRegistry;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.server.admin.Admin;

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
}
