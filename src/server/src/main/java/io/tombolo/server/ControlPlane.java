package io.tombolo.server;

import io.grpc.BindableService;
import io.tombolo.identity.AuditEvent;
import io.tombolo.identity.Authority;
import io.tombolo.identity.Ban;
import io.tombolo.identity.JoinTokens;
import io.tombolo.identity.JwtAuthority;
import io.tombolo.identity.OutsideAuthority;
import io.tombolo.identity.Pem;
import io.tombolo.identity.PrivateFiles;
import io.tombolo.identity.Registrar;
import io.tombolo.identity.Rollover;
import io.tombolo.identity.TrustStore;
import io.tombolo.mesh.catalog.Banned;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.mesh.flow.Inbox;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.admin.Admin;
import io.tombolo.server.admin.AdminToken;
import io.tombolo.server.ca.ConsulAuthority;
import io.tombolo.server.federation.BundleFormat;
import io.tombolo.server.federation.Federation;
import io.tombolo.server.flows.Flows;
import io.tombolo.server.model.LastKnown;
import io.tombolo.server.model.ModelLoop;
import io.tombolo.server.ports.AccessLogService;
import io.tombolo.server.ports.AdsContext;
import io.tombolo.server.ports.AdsService;
import io.tombolo.server.ports.Attestation;
import io.tombolo.server.ports.BundlePort;
import io.tombolo.server.ports.Connections;
import io.tombolo.server.ports.EventLoops;
import io.tombolo.server.ports.Grace;
import io.tombolo.server.ports.GrpcPort;
import io.tombolo.server.ports.IdentityService;
import io.tombolo.server.ports.Limits;
import io.tombolo.server.ports.OwnCertificate;
import io.tombolo.server.ports.PeerTrust;
import io.tombolo.server.ports.ReceiptService;
import io.tombolo.server.receipts.Receipts;
import io.tombolo.server.receipts.Revisions;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.stream.Collectors;
import org.jboss.logging.Logger;

/// All parts of the control plane, put together: sources, the model and what remembers it, the
/// authority, the ports. The one place that knows every part.
final class ControlPlane implements AutoCloseable {
  private static final Logger LOG = Logger.getLogger(ControlPlane.class);
  private static final Duration BETWEEN_LOOKS_AT_BANS = Duration.ofSeconds(1);

  /// How often other trust domains are asked to fetch our bundle.
  private static final Duration REFRESH = Duration.ofMinutes(5);

  private final TomboloConfig config;
  private final Clock clock = Clock.systemUTC();
  private final Inbox inbox = new Inbox();
  private final Limits limits;
  private final Connections connections;
  private final EventLoops loops = new EventLoops();
  private final Worlds worlds;
  private final ModelLoop loop;
  private final AdsContext ads;
  private final LastKnown lastKnown;
  private final Registrar registrar;
  private final JwtAuthority jwts;
  private final Optional<ConsulAuthority> consulCa;
  private final TrustStore trust;
  private final Federation federation;
  private final Optional<Flows> flows;
  private final Admin admin;
  private final GrpcPort port;
  private final Optional<GrpcPort> bench;
  private final Optional<BundlePort> bundlePort;
  private final List<Thread> threads;

  ControlPlane(TomboloConfig config, String version) throws IOException {
    this.config = config;
    limits = ConfiguredMesh.limits(config);
    connections = new Connections(limits, clock);
    var state = config.state();
    PrivateFiles.directory(state);
    var settings = ConfiguredMesh.settings(config);
    var trustDomain = settings.trustDomain();
    var partners = ConfiguredFederation.relations(config, trustDomain);
    worlds = Worlds.of(config, trustDomain);
    loop = new ModelLoop(inbox, settings, worlds.sources().stream().map(Source::id).toList());
    var revisions = new Revisions(clock);
    loop.observe(revisions);
    loop.observe(loops);
    lastKnown = new LastKnown(state.resolve("known"), loop);
    var now = clock.instant();
    // First: it tells whether the trust domain, which the others write down, can be this one.
    consulCa = ConfiguredCa.consul(config, trustDomain);
    var authority = ConfiguredMesh.authority(config, trustDomain, worlds.clients(), now);
    jwts = ConfiguredMesh.jwtAuthority(config, trustDomain, now);
    var outside = consulCa.<OutsideAuthority>map(ca -> ca).orElseGet(OutsideAuthority::none);
    registrar = registrar(authority, outside);
    trust =
        TrustStore.open(
            state.resolve("trust"),
            trustDomain,
            authority.trusted(),
            outside.roots(),
            jwts.publicKeys(now),
            now);
    jwts.tell(trust, now);
    if (consulCa.isPresent()) {
      var consul = consulCa.get();
      consul.observe(() -> trust.outside(consul.roots(), consul.retiring(), clock.instant()));
    }
    federation = Federation.open(state.resolve("federation"), trust, partners, clock);
    ads =
        new AdsContext(
            loop, loops, connections, registrar.bans(), registrar.inventory(), limits, clock);
    flows =
        config.flows().enabled()
            ? Optional.of(
                Flows.of(
                    config.flows().max(),
                    () -> loop.model().mesh(),
                    trust::trust,
                    registrar,
                    clock))
            : Optional.empty();
    var joinTokens = new JoinTokens(state.resolve("join-tokens"));
    var attestation =
        new Attestation(
            trustDomain, worlds.tokens(), worlds.aclTokens(), this::identityOf, joinTokens, clock);
    var identities = new IdentityService(registrar, jwts, trust, attestation, grace(), clock);
    var rollover =
        new Rollover(
            authority,
            trust,
            registrar.inventory(),
            registrar.bans(),
            identities.hosts()::standings,
            svid -> RolloverLoop.gone(svid, loop),
            config.federation().endpoint().port().isPresent()
                ? REFRESH.multipliedBy(2)
                : Duration.ZERO,
            clock);
    var through = new WriteThrough(loop, worlds.intentions());
    admin =
        new Admin(
            AdminToken.in(state),
            version,
            loop,
            connections,
            new Receipts(revisions, connections, loop),
            joinTokens,
            registrar,
            trust,
            rollover,
            federation,
            flows.map(Flows::intake),
            through::outcomes,
            clock);
    var running =
        new ArrayList<>(
            List.of(
                Thread.ofPlatform().name("mesh").unstarted(loop),
                Thread.ofVirtual().name("last-known").unstarted(lastKnown),
                Thread.ofVirtual()
                    .name("statuses")
                    .unstarted(new Statuses(loop, worlds.statuses(), through::outcomes)),
                Thread.ofVirtual().name("write-through").unstarted(through),
                Thread.ofVirtual()
                    .name("roots")
                    .unstarted(new RolloverLoop(authority, rollover, clock)),
                Thread.ofVirtual().name("sources").unstarted(this::follow),
                Thread.ofVirtual().name("jwt-keys").unstarted(new JwtKeys(jwts, clock)),
                Thread.ofVirtual().name("start-timeout").unstarted(this::declareLate)));
    flows.ifPresent(
        taken -> running.add(Thread.ofVirtual().name("flows").unstarted(taken.intake())));
    threads = List.copyOf(running);
    bench = benchPort(trustDomain);
    var own = new OwnCertificate(authority, trustDomain, clock);
    port = grpc(trustDomain, own, identities);
    bundlePort =
        ConfiguredFederation.port(
            config, own, () -> BundleFormat.write(trust.trust().own(), REFRESH));
    trust.observe(_ -> pinAgain());
    pin();
  }

  /// Writes the roots for agents to pin.
  private void pin() throws IOException {
    Pem.write(config.state().resolve("bundle.pem"), trust.trust().own().roots());
  }

  private void pinAgain() {
    try {
      pin();
    } catch (IOException unwritten) {
      LOG.errorf(
          "bundle.pem, for new hosts, is not that of now: %s; see to the disk and start again",
          unwritten.getMessage());
    }
  }

  private Optional<SpiffeId> identityOf(String node) {
    return loop.model().mesh().servedBy().getOrDefault(node, List.of()).stream()
        .map(served -> served.endpoint().workload().identity())
        .findFirst();
  }

  private Registrar registrar(Authority authority, OutsideAuthority outside) {
    var opened =
        Registrar.open(
            config.state(), authority, outside, ConfiguredMesh.grace(config), clock.instant());
    opened.observe(connections::end);
    opened.closed(clock.instant()).ifPresent(why -> LOG.errorf("Nothing is issued: %s", why));
    opened
        .log()
        .last()
        .filter(line -> line.event().kind() == AuditEvent.Kind.TORN)
        .ifPresent(line -> LOG.warnf("The audit log was mended: %s", line.event().reason()));
    return opened;
  }

  private Grace grace() {
    return new Grace(
        ConfiguredMesh.grace(config), registrar.inventory(), () -> loop.model().mesh());
  }

  private GrpcPort grpc(TrustDomain trustDomain, OwnCertificate own, IdentityService identities)
      throws IOException {
    var services = new ArrayList<BindableService>(List.of(AdsService.certified(ads), identities));
    flows.ifPresent(
        taken -> services.add(new AccessLogService(taken, registrar.inventory(), loops)));
    return GrpcPort.mutualTls(
        new InetSocketAddress(config.xds().address(), config.xds().port()),
        loops,
        limits,
        trustDomain,
        own,
        new PeerTrust(trustDomain, () -> trust.trust().own(), ConfiguredMesh.grace(config), clock),
        services,
        List.of(new ReceiptService(admin.receipts())),
        admin.token());
  }

  private Optional<GrpcPort> benchPort(TrustDomain trustDomain) throws IOException {
    if (config.bench().port().isEmpty()) {
      return Optional.empty();
    }
    var address = new InetSocketAddress(config.bench().address(), config.bench().port().getAsInt());
    try {
      return Optional.of(
          GrpcPort.plaintext(address, loops, limits, AdsService.stated(ads, trustDomain)));
    } catch (IllegalArgumentException exposed) {
      throw new IllegalArgumentException("tombolo.bench.address: " + exposed.getMessage(), exposed);
    }
  }

  Admin admin() {
    return admin;
  }

  /// The port for proxies, agents and operators.
  GrpcPort port() {
    return port;
  }

  /// The plaintext port for benches, if it is open.
  Optional<GrpcPort> bench() {
    return bench;
  }

  /// The port that tells other trust domains our bundle, if it is open.
  Optional<BundlePort> bundlePort() {
    return bundlePort;
  }

  void start() {
    threads.forEach(Thread::start);
    federation.start();
    LOG.infof(
        "Tombolo of trust domain %s: xDS and identity on port %d, %d sources, state in %s",
        config.trustDomain(), port.port(), worlds.sources().size(), absolute(config.state()));
    bundlePort.ifPresent(
        open -> LOG.infof("Our bundle is served to other trust domains on port %d", open.port()));
    bench.ifPresent(open ->
        LOG.warnf(
            "tombolo.bench.port: ADS without TLS on %s port %d, for benches only: whoever reaches"
                + " it is told what any proxy is told",
            config.bench().address(), open.port()));
  }

  /// Reads who is banned, then what was known, then the sources: while it is not known who is
  /// banned, whoever was would look as if they were not.
  private void follow() {
    try {
      var trouble = registrar.bans().trouble();
      trouble.ifPresent(why -> LOG.errorf("No source is read, and no proxy is served: %s", why));
      while (trouble.isPresent()) {
        Thread.sleep(BETWEEN_LOOKS_AT_BANS);
        trouble = registrar.bans().trouble();
      }
    } catch (InterruptedException stopped) {
      return;
    }
    registrar.bans().observe(bans -> inbox.put(new Fact.Bans(banned(bans))));
    worlds.sources().forEach(source -> lastKnown.recall(source.id()).forEach(inbox::put));
    worlds.sources().forEach(source -> source.start(inbox::put));
  }

  private static Banned banned(List<Ban> bans) {
    return new Banned(
        bans.stream()
            .filter(Ban::ofIdentity)
            .map(ban -> SpiffeId.parse(ban.subject()))
            .collect(Collectors.toSet()),
        bans.stream()
            .filter(ban -> !ban.ofIdentity())
            .map(Ban::subject)
            .collect(Collectors.toSet()));
  }

  private static Path absolute(Path path) {
    return path.toAbsolutePath().normalize();
  }

  /// A source that neither listed everything nor said that it cannot is late: said in its place.
  private void declareLate() {
    try {
      Thread.sleep(config.sources().startTimeout());
    } catch (InterruptedException stopped) {
      return;
    }
    loop.model()
        .mesh()
        .catalog()
        .sources()
        .forEach((source, status) -> {
          if (status instanceof SourceStatus.Pending) {
            inbox.put(
                new Fact.Lost(
                    source,
                    clock.instant(),
                    "not listed within " + config.sources().startTimeout()));
          }
        });
  }

  @Override
  public void close() {
    port.close();
    bench.ifPresent(GrpcPort::close);
    bundlePort.ifPresent(BundlePort::close);
    federation.close();
    var started = threads.stream().filter(Thread::isAlive).toList();
    started.forEach(Thread::interrupt);
    for (var thread : started) {
      try {
        thread.join(Duration.ofSeconds(5));
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      }
    }
    loops.close();
    worlds.close();
    consulCa.ifPresent(ConsulAuthority::close);
    try {
      registrar.close();
    } catch (IOException unwritten) {
      LOG.errorf("The audit log could not be closed: %s", unwritten.getMessage());
    }
  }
}
