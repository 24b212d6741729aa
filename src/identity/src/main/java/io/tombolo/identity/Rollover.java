package io.tombolo.identity;

import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Predicate;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Takes the mesh from one root to another, on evidence alone: the new root signs when every live
/// host has taken up the bundle with it; the old one is dropped when no live SVID leads to it.
/// Whatever is not known stops it, and is named. Thread-safe.
public final class Rollover {
  private final Authority authority;
  private final TrustStore trust;
  private final Inventory inventory;
  private final Bans bans;
  private final Supplier<List<Standing>> hosts;
  private final Predicate<Inventory.Entry> gone;
  private final Duration forPartners;
  private final Clock clock;
  private volatile Report report;

  /// How a connected host stands.
  ///
  /// @param node the one that was proven, or else the one that the host names; may be empty
  /// @param sequence of the bundle that everyone there has taken up
  /// @param serial in hex, of the SVID that everyone there has taken up; empty if there is none
  /// @param refusal why something newer is not in force, as the host says; empty if it did not
  public record Standing(
      SpiffeId identity, String node, long sequence, String serial, String refusal) {}

  /// A host that is waited for.
  ///
  /// @param node empty if it is not known
  public record Laggard(String identity, String node, String why) {}

  /// How far it is.
  ///
  /// @param hosts how many live SVIDs were looked at
  public record Report(Roots roots, int hosts, List<Laggard> waitingFor, Optional<String> trouble) {
    public Report {
      waitingFor = List.copyOf(waitingFor);
    }
  }

  /// @param hosts those that are connected
  /// @param forPartners for how long at least a new root is told before it signs: other trust
  ///   domains fetch the bundle from time to time, and do not say so
  /// @param gone whether the workload of an SVID is known not to be there any more
  public Rollover(
      Authority authority,
      TrustStore trust,
      Inventory inventory,
      Bans bans,
      Supplier<List<Standing>> hosts,
      Predicate<Inventory.Entry> gone,
      Duration forPartners,
      Clock clock) {
    this.authority = authority;
    this.trust = trust;
    this.inventory = inventory;
    this.bans = bans;
    this.hosts = hosts;
    this.gone = gone;
    this.forPartners = forPartners;
    this.clock = clock;
    this.report = new Report(authority.roots(), 0, List.of(), Optional.empty());
  }

  /// What was found at the last step.
  public Report report() {
    return report;
  }

  /// Looks once, and goes on if there is nobody to wait for.
  public synchronized void step() {
    try {
      // A crash may have come between the two.
      trust.roots(authority.trusted(), clock.instant());
      advance();
    } catch (IOException | StateUnusable broken) {
      report =
          new Report(
              authority.roots(),
              report.hosts(),
              report.waitingFor(),
              Optional.of(String.valueOf(broken.getMessage())));
    }
  }

  private void advance() throws IOException {
    var roots = authority.roots();
    if (roots.phase() == Roots.Phase.SETTLED) {
      report = new Report(roots, 0, List.of(), authority.trouble());
      return;
    }
    var look = new Look(roots, hosts.get());
    var live = look.live();
    var waitingFor =
        roots.phase() == Roots.Phase.SPREADING
            ? Stream.concat(partners(roots).stream(), look.withoutTheBundle(live).stream()).toList()
            : look.underTheOldRoot(live);
    if (waitingFor.isEmpty() && !roots.paused()) {
      goOn(roots);
    }
    report = new Report(authority.roots(), live.size(), waitingFor, authority.trouble());
  }

  private Optional<Laggard> partners(Roots roots) {
    var until = roots.since().plus(forPartners);
    return clock.instant().isBefore(until)
        ? Optional.of(
            new Laggard(
                "other trust domains",
                "",
                "they have until %s to fetch the bundle".formatted(until)))
        : Optional.empty();
  }

  private void goOn(Roots roots) throws IOException {
    if (roots.phase() == Roots.Phase.SPREADING) {
      authority.switchOver(clock.instant());
    } else {
      authority.settle(clock.instant());
      trust.roots(authority.trusted(), clock.instant());
    }
  }

  /// One look at all hosts.
  private final class Look {
    private final Roots roots;
    private final List<Standing> connected;
    private final Set<String> inForce;

    Look(Roots roots, List<Standing> connected) {
      this.roots = roots;
      this.connected = connected;
      this.inForce = connected.stream().map(Standing::serial).collect(Collectors.toSet());
    }

    List<Inventory.Entry> live() {
      return inventory.inUse(clock.instant()).stream()
          .filter(entry -> !isSkipped(entry.identity(), entry.node()))
          .filter(entry -> bans.on(SpiffeId.parse(entry.identity()), entry.node()).isEmpty())
          .filter(entry -> isConnected(entry) || !gone.test(entry))
          .toList();
    }

    private boolean isSkipped(String identity, String node) {
      return roots.skipped().contains(node) || roots.skipped().contains(identity);
    }

    private boolean isConnected(Inventory.Entry entry) {
      return inventory.isOrReplaces(entry, inForce);
    }

    List<Laggard> withoutTheBundle(List<Inventory.Entry> live) {
      long wanted = trust.trust().own().sequence();
      var connectedWithout =
          connected.stream()
              .filter(host -> host.sequence() < wanted)
              .filter(host -> !isSkipped(host.identity().toString(), host.node()))
              .map(Rollover::behind);
      var absent = live.stream().filter(entry -> !isConnected(entry)).map(Rollover::away);
      return Stream.concat(connectedWithout, absent).toList();
    }

    List<Laggard> underTheOldRoot(List<Inventory.Entry> live) {
      var old = roots.retiring().orElseThrow();
      return live.stream()
          .filter(entry -> authority.rootAbove(entry.issuer()).filter(old::equals).isPresent())
          .map(entry -> isConnected(entry) ? stillOld(entry) : away(entry))
          .toList();
    }
  }

  private static Laggard behind(Standing host) {
    return new Laggard(
        host.identity().toString(),
        host.node(),
        host.refusal().isEmpty()
            ? "has not acknowledged the bundle with the new root"
            : "does not take the bundle with the new root: " + host.refusal());
  }

  private static Laggard stillOld(Inventory.Entry entry) {
    return new Laggard(
        entry.identity(), entry.node(), "has not taken up an SVID under the new root");
  }

  private static Laggard away(Inventory.Entry entry) {
    return new Laggard(
        entry.identity(),
        entry.node(),
        "is not connected, and its SVID holds until %s".formatted(entry.expires()));
  }

  /// Begins one with a new root.
  ///
  /// @throws IllegalStateException if one is going on
  /// @throws IOException if there is no new root; nothing has changed then
  public void start() throws IOException {
    authority.begin(clock.instant());
    step();
  }

  public void pause(boolean paused) throws IOException {
    authority.pause(paused);
    step();
  }

  /// Rolls back.
  ///
  /// @throws IllegalStateException if none is going on
  public void back() throws IOException {
    authority.back(clock.instant());
    step();
  }

  /// Does not wait for a host any more.
  ///
  /// @param who a node id or a SPIFFE ID
  public void skip(String who) throws IOException {
    authority.skip(who);
    step();
  }
}
