package io.tombolo.cli;

import io.tombolo.agent.Address;
import io.tombolo.agent.AgentConfig;
import io.tombolo.agent.AgentOptions;
import io.tombolo.agent.Attestation;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Optional;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Runs the host agent of one workload until it is stopped.
@Command(
    name = "agent",
    description = {
      "Runs the agent of one workload: makes its key, joins, renews, serves certificate and trust"
          + " bundle to Envoy (SDS) on a Unix socket, and with --envoy runs that Envoy too.",
      "The key stays in its memory. A join token is good for one start."
    },
    mixinStandardHelpOptions = true)
final class AgentCommand implements Callable<Integer> {
  /// How it proves who it is: exactly one.
  static final class Proof {
    @Option(
        names = "--join-token-file",
        paramLabel = "FILE",
        description = "A file with a token made by `tombolo token`.")
    private Path joinToken = Path.of("");

    @ArgGroup(exclusive = false)
    private ServiceAccount account = new ServiceAccount();

    @ArgGroup(exclusive = false)
    private AclToken acl = new AclToken();

    Attestation attestation() {
      if (!joinToken.toString().isEmpty()) {
        return new Attestation.JoinToken(joinToken);
      }
      return acl.token.toString().isEmpty()
          ? new Attestation.KubernetesToken(account.cluster, account.token)
          : new Attestation.AclToken(acl.datacenter, acl.service, acl.token);
    }
  }

  /// The token that Consul gives to a service.
  static final class AclToken {
    @Option(
        names = "--consul-token-file",
        required = true,
        paramLabel = "FILE",
        description = "An ACL token of Consul with a service identity, as of consul login.")
    private Path token = Path.of("");

    @Option(
        names = "--datacenter",
        required = true,
        paramLabel = "NAME",
        description = "The datacenter, as the control plane calls it.")
    private String datacenter = "";

    @Option(
        names = "--consul-service",
        paramLabel = "NAME",
        description = "Which service, if the token is of several.")
    private String service = "";
  }

  /// The token that Kubernetes gives to a pod.
  static final class ServiceAccount {
    @Option(
        names = "--kubernetes-token-file",
        required = true,
        paramLabel = "FILE",
        description = "A projected service account token with the control plane's audience.")
    private Path token = Path.of("");

    @Option(
        names = "--cluster",
        required = true,
        paramLabel = "NAME",
        description = "The cluster, as the control plane calls it.")
    private String cluster = "";
  }

  @Option(
      names = "--node",
      required = true,
      paramLabel = "NODE",
      description =
          "<world>/<source>/<namespace>/<instance>, or gateway/<network>/<name> for a gateway.")
  private String node = "";

  @Option(
      names = "--control-plane",
      required = true,
      paramLabel = "HOST:PORT",
      description = "The control plane's port for proxies and agents.")
  private String controlPlane = "";

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      description = "The trust domain (default: ${DEFAULT-VALUE}).",
      defaultValue = "tombolo.local")
  private String trustDomain = "tombolo.local";

  @Option(
      names = "--bundle",
      required = true,
      paramLabel = "FILE",
      description = "The mesh's root certificates (bundle.pem of the control plane's state).")
  private Path bundle = Path.of("");

  @Option(
      names = "--socket",
      required = true,
      paramLabel = "PATH",
      description = "The Unix socket for Envoy; its directory is private to the agent.")
  private Path socket = Path.of("");

  @ArgGroup(multiplicity = "1")
  private Proof proof = new Proof();

  @Mixin private final ProxyOptions proxy = new ProxyOptions();

  @Override
  public Integer call() throws InterruptedException {
    try {
      return options().run(System.getenv());
    } catch (IOException | IllegalArgumentException | IllegalStateException wrong) {
      throw new CommandFailed("the agent cannot run: " + wrong.getMessage(), wrong);
    }
  }

  private AgentOptions options() {
    var config =
        new AgentConfig(
            Address.parse("--control-plane", controlPlane),
            bundle,
            new TrustDomain(trustDomain),
            proof.attestation(),
            socket,
            node);
    return new AgentOptions(config, Optional.of(config).filter(_ -> proxy.wanted()).map(proxy::of));
  }
}
