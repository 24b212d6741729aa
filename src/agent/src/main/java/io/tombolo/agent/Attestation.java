package io.tombolo.agent;

import com.google.protobuf.ByteString;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.ConsulProof;
import io.tombolo.api.identity.v1.KubernetesProof;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;

/// How the agent proves which workload it serves. The file is read at every attempt, so that a
/// rotated or replaced token is taken up without a restart.
public sealed interface Attestation {
  /// The file with the token.
  Path tokenFile();

  /// A projected service account token of Kubernetes. It can be shown again, so an agent whose SVID
  /// has expired joins again by itself.
  ///
  /// @param cluster the name of the cluster, as the control plane calls the source
  record KubernetesToken(String cluster, Path tokenFile) implements Attestation {}

  /// A token made by `tombolo token`, good for one use. An agent that is started again, or whose
  /// SVID has expired, needs a new one in the file.
  record JoinToken(Path tokenFile) implements Attestation {}

  /// An ACL token of Consul with the identity of a service. It can be shown again, so an agent
  /// whose SVID has expired joins again by itself.
  ///
  /// @param datacenter as the control plane calls the source
  /// @param service which one, if the token is of several; empty if it is of one
  record AclToken(String datacenter, String service, Path tokenFile) implements Attestation {}

  /// The token as it stands in the file now.
  ///
  /// @throws IOException if there is none; the message names the file, never its content
  default String token() throws IOException {
    String token;
    try {
      token = Files.readString(tokenFile()).strip();
    } catch (NoSuchFileException missing) {
      throw new IOException("the token file " + tokenFile() + " does not exist", missing);
    }
    if (token.isEmpty()) {
      throw new IOException("the token file " + tokenFile() + " is empty");
    }
    return token;
  }

  /// The request that shows this proof.
  ///
  /// @param node the node id of this host
  default AttestRequest request(ByteString csr, String token, String node) {
    var request = AttestRequest.newBuilder().setCsr(csr);
    return switch (this) {
      case KubernetesToken(var cluster, _) ->
          request
              .setKubernetes(
                  KubernetesProof.newBuilder().setCluster(cluster).setServiceAccountToken(token))
              .build();
      case JoinToken _ -> request.setJoinToken(token).build();
      case AclToken(var datacenter, var service, _) ->
          request
              .setConsul(
                  ConsulProof.newBuilder()
                      .setDatacenter(datacenter)
                      .setService(service)
                      .setNode(node)
                      .setAclToken(token))
              .build();
    };
  }

  /// Can the same token be shown a second time?
  default boolean reusable() {
    return switch (this) {
      case KubernetesToken _, AclToken _ -> true;
      case JoinToken _ -> false;
    };
  }
}
