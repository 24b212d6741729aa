package io.tombolo.server.ports;

import io.grpc.Status;
import io.grpc.StatusException;
import io.tombolo.identity.Inventory;
import io.tombolo.mesh.catalog.SourceStatus;
import io.tombolo.mesh.catalog.Workload;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.mesh.identity.SpiffeId;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.function.Supplier;
import java.util.stream.Stream;

/// When a host may renew an SVID that does not hold: it slept through the end, or a clock went back
/// to before it begins. It has to be the last one of its host, and the workload still where it was
/// proven to be, as a source tells that is read now.
///
/// @param longest how far off the SVID may be
/// @param mesh the newest
public record Grace(Duration longest, Inventory inventory, Supplier<Mesh> mesh) {
  private static final String JOIN_AGAIN =
      "; give it a new join token (tombolo token), or have it attest again";

  /// @param leaf one that [PeerTrust] accepts
  /// @param peer the IP address of the caller
  /// @throws StatusException UNAUTHENTICATED if it may not, UNAVAILABLE if that cannot be told now
  void require(X509Certificate leaf, SpiffeId identity, String peer, Instant now)
      throws StatusException {
    var nearest = PeerTrust.nearest(leaf, now);
    if (nearest.equals(now)) {
      return;
    }
    if (Duration.between(nearest, now).abs().compareTo(longest) > 0) {
      throw refused(
          "it holds from %s to %s, and now it is %s: more than tombolo.svid.grace (%s) off"
              .formatted(
                  leaf.getNotBefore().toInstant(), leaf.getNotAfter().toInstant(), now, longest));
    }
    var serial = leaf.getSerialNumber().toString(16);
    var last = inventory.last(serial, now);
    if (last.isEmpty() || !last.get().identity().equals(identity.toString())) {
      throw refused(
          "serial %s is not the last of its host that the audit log tells of".formatted(serial));
    }
    requireThere(identity, last.get().node(), peer);
  }

  private void requireThere(SpiffeId identity, String node, String peer) throws StatusException {
    var newest = mesh.get();
    if (isGateway(newest, identity, peer)) {
      return;
    }
    var found = places(newest, identity, node, peer);
    if (found.stream().anyMatch(there -> isRead(newest, there))) {
      return;
    }
    if (!found.isEmpty() || !newest.catalog().sources().values().stream().allMatch(Grace::isRead)) {
      throw Status.UNAVAILABLE
          .withDescription(
              "the SVID does not hold, and whether %s is still there cannot be told now: its source is not read (tombolo status)"
                  .formatted(node.isEmpty() ? identity : node))
          .asException();
    }
    throw refused(
        node.isEmpty()
            ? "no instance of %s has the address %s, from which it is called"
                .formatted(identity, peer)
            : "%s is in the catalog no more".formatted(node));
  }

  /// Where the workload is. Of one whose token was for any instance of a service, the address has
  /// to be right.
  private static List<Workload> places(Mesh mesh, SpiffeId identity, String node, String peer) {
    var served =
        node.isEmpty()
            ? mesh.servedBy().values().stream()
                .flatMap(List::stream)
                .filter(one -> one.endpoint().address().equals(peer))
            : mesh.servedBy().getOrDefault(node, List.of()).stream();
    return served
        .map(one -> one.endpoint().workload())
        .filter(workload -> workload.identity().equals(identity))
        .toList();
  }

  /// No source tells of mesh gateways: the configuration does.
  private static boolean isGateway(Mesh mesh, SpiffeId identity, String peer) {
    var settings = mesh.settings();
    return settings.gateways().entrySet().stream()
        .filter(of -> SpiffeId.meshGateway(settings.trustDomain(), of.getKey()).equals(identity))
        .flatMap(of -> of.getValue().stream())
        .anyMatch(gateway -> gateway.address().equals(peer));
  }

  private static boolean isRead(Mesh mesh, Workload workload) {
    return Stream.ofNullable(mesh.catalog().sources().get(workload.source()))
        .anyMatch(Grace::isRead);
  }

  private static boolean isRead(SourceStatus status) {
    return status instanceof SourceStatus.Synced;
  }

  private static StatusException refused(String why) {
    return Status.UNAUTHENTICATED
        .withDescription("the SVID cannot be renewed: " + why + JOIN_AGAIN)
        .asException();
  }
}
