package io.tombolo.server.ports;

import io.grpc.Status;
import io.grpc.StatusException;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.ConsulProof;
import io.tombolo.api.identity.v1.KubernetesProof;
import io.tombolo.consul.AclTokens;
import io.tombolo.consul.ConsulWorld;
import io.tombolo.identity.JoinTokens;
import io.tombolo.identity.Proof;
import io.tombolo.kubernetes.ServiceAccountTokens;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.time.Clock;
import java.util.Map;
import java.util.Optional;

/// Decides who a caller without certificate is, by the proof it brings.
///
/// @param clusters who checks service account tokens, by cluster
/// @param datacenters who checks ACL tokens, by datacenter
/// @param workloads those of the catalog
public record Attestation(
    TrustDomain trustDomain,
    Map<String, ServiceAccountTokens> clusters,
    Map<String, AclTokens> datacenters,
    Workloads workloads,
    JoinTokens joinTokens,
    Clock clock) {

  /// The host of a token that any host may use.
  public static final String ANY_HOST = "*";

  /// The node of a token that any instance of a service may use.
  public static final String ANY_NODE = "*";

  /// What the catalog knows of workloads.
  public interface Workloads {
    /// Whose identity the workload on a node has; empty if there is none.
    Optional<SpiffeId> identityOf(String node);
  }

  /// @param peer the IP address of the caller
  /// @throws StatusException UNAUTHENTICATED if the proof does not hold, UNAVAILABLE if it cannot
  ///   be checked now
  Proof proof(AttestRequest request, String peer) throws StatusException {
    return switch (request.getProofCase()) {
      case KUBERNETES -> serviceAccount(request.getKubernetes(), peer);
      case JOIN_TOKEN -> joined(request.getJoinToken(), peer);
      case CONSUL -> acl(request.getConsul(), peer);
      case PROOF_NOT_SET ->
          throw Status.UNAUTHENTICATED
              .withDescription(
                  "proof: a service account token, a join token or an ACL token is needed")
              .asException();
    };
  }

  private Proof serviceAccount(KubernetesProof proof, String peer) throws StatusException {
    var tokens = clusters.get(proof.getCluster());
    if (tokens == null) {
      throw Status.UNAUTHENTICATED
          .withDescription(
              "proof.cluster: \"%s\" is not a configured cluster (%s)"
                  .formatted(Names.printable(proof.getCluster()), clusters.keySet()))
          .asException();
    }
    return switch (tokens.verify(proof.getServiceAccountToken())) {
      case ServiceAccountTokens.Verdict.Verified verified ->
          new Proof(
              Proof.By.SERVICE_ACCOUNT,
              SpiffeId.serviceAccount(trustDomain, verified.namespace(), verified.serviceAccount()),
              "kubernetes/%s/%s/%s"
                  .formatted(proof.getCluster(), verified.namespace(), verified.podName()),
              "",
              "with a service account token of cluster %s, from %s"
                  .formatted(proof.getCluster(), peer));
      case ServiceAccountTokens.Verdict.Refused(var reason) ->
          throw Status.UNAUTHENTICATED
              .withDescription("proof.service_account_token: " + reason)
              .asException();
      case ServiceAccountTokens.Verdict.Unavailable(var reason) ->
          throw Status.UNAVAILABLE
              .withDescription("proof.service_account_token cannot be checked: " + reason)
              .asException();
    };
  }

  private Proof acl(ConsulProof proof, String peer) throws StatusException {
    var tokens = datacenters.get(proof.getDatacenter());
    if (tokens == null) {
      throw Status.UNAUTHENTICATED
          .withDescription(
              "proof.datacenter: \"%s\" is not a configured datacenter (%s)"
                  .formatted(Names.printable(proof.getDatacenter()), datacenters.keySet()))
          .asException();
    }
    return switch (tokens.verify(proof.getAclToken(), proof.getService(), clock.instant())) {
      case AclTokens.Verdict.Verified(var service, var accessor) -> {
        var identity =
            SpiffeId.consulService(
                trustDomain, ConsulWorld.NAMESPACE, proof.getDatacenter(), service);
        yield new Proof(
            Proof.By.ACL_TOKEN,
            identity,
            instance(proof, identity),
            "",
            "with ACL token %s of datacenter %s, from %s"
                .formatted(accessor, proof.getDatacenter(), peer));
      }
      case AclTokens.Verdict.Refused(var reason) ->
          throw Status.UNAUTHENTICATED.withDescription("proof.acl_token: " + reason).asException();
      case AclTokens.Verdict.Unavailable(var reason) ->
          throw Status.UNAVAILABLE
              .withDescription("proof.acl_token cannot be checked: " + reason)
              .asException();
    };
  }

  /// An ACL token does not say which of the service's instances it is: the host says it.
  private String instance(ConsulProof proof, SpiffeId identity) throws StatusException {
    var node = proof.getNode();
    if (!workloads.identityOf(node).equals(Optional.of(identity))) {
      throw Status.UNAUTHENTICATED
          .withDescription(
              ("proof.node: \"%s\" is no instance of %s in the catalog; give the node id that"
                      + " `tombolo catalog` shows")
                  .formatted(Names.printable(node), identity))
          .asException();
    }
    return node;
  }

  private Proof joined(String token, String peer) throws StatusException {
    return switch (redeemed(token)) {
      case JoinTokens.Result.Accepted(var grant, var id) -> {
        if (!grant.host().equals(ANY_HOST) && !grant.host().equals(peer)) {
          throw refused(
              "join token %s is for host %s, not %s; it is used up: make another with: tombolo token"
                  .formatted(id, grant.host(), peer));
        }
        yield new Proof(
            Proof.By.JOIN_TOKEN,
            grant.identity(),
            grant.node().equals(ANY_NODE) ? "" : grant.node(),
            "",
            "with join token %s, from %s".formatted(id, peer));
      }
      case JoinTokens.Result.Refused(_, var detail) -> throw refused(detail);
    };
  }

  private JoinTokens.Result redeemed(String token) throws StatusException {
    try {
      return joinTokens.redeem(token, clock.instant());
    } catch (IOException broken) {
      throw Status.UNAVAILABLE
          .withDescription("proof.join_token cannot be checked: the state directory is not usable")
          .withCause(broken)
          .asException();
    }
  }

  private static StatusException refused(String why) {
    return Status.UNAUTHENTICATED.withDescription("proof.join_token: " + why).asException();
  }
}
