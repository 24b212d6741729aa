package io.tombolo.agent;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;

/// The agent as a process.
public final class AgentMain {
  static final String USAGE =
      """
      usage: agent --control-plane HOST:PORT --bundle FILE --trust-domain TD --node ID --socket PATH
               (--join-token-file FILE | --kubernetes-token-file FILE --cluster NAME
                | --consul-token-file FILE --datacenter NAME [--consul-service NAME])
               [--state DIRECTORY --seal-key-file FILE]
               [--envoy --network NAME [--zone NAME] [--service NAME] [--admin HOST:PORT]
                [--sotw] [--upstream SERVICE[:PORT]=HOST:PORT ...]]
      """;
  private static final int BAD_USE = 2;
  private static final int FAILED = 1;

  private AgentMain() {}

  public static void main(String[] args) throws InterruptedException {
    System.exit(run(args, System.getenv()));
  }

  static int run(String[] args, Map<String, String> environment) throws InterruptedException {
    try {
      return parse(args).run(environment);
    } catch (IllegalArgumentException wrong) {
      System.err.println("agent: " + wrong.getMessage() + "\n" + USAGE);
      return BAD_USE;
    } catch (IOException | IllegalStateException failed) {
      System.err.println("agent: " + failed.getMessage());
      return FAILED;
    }
  }

  /// @throws IllegalArgumentException if an argument is missing or wrong; the message names it
  static AgentOptions parse(String[] args) {
    var given = new Arguments(args);
    var config =
        new AgentConfig(
            Address.parse("--control-plane", given.required("--control-plane")),
            Path.of(given.required("--bundle")),
            new TrustDomain(given.required("--trust-domain")),
            attestation(given),
            Path.of(given.required("--socket")),
            given.required("--node"),
            state(given));
    var envoy = Optional.of(given).filter(g -> g.flag("--envoy")).map(g -> envoy(g, config));
    given.requireAllUsed();
    return new AgentOptions(config, envoy);
  }

  private static Optional<AgentConfig.StateFiles> state(Arguments given) {
    var directory = given.optional("--state");
    var key = given.optional("--seal-key-file");
    if (directory.isPresent() != key.isPresent()) {
      throw new IllegalArgumentException("--state and --seal-key-file go together");
    }
    return directory.map(
        path -> new AgentConfig.StateFiles(Path.of(path), Path.of(key.orElseThrow())));
  }

  private static Attestation attestation(Arguments given) {
    var join = given.optional("--join-token-file").map(Path::of);
    var kubernetes = given.optional("--kubernetes-token-file").map(Path::of);
    var consul = given.optional("--consul-token-file").map(Path::of);
    if (Stream.of(join, kubernetes, consul).filter(Optional::isPresent).count() != 1) {
      throw new IllegalArgumentException(
          "give one of --join-token-file, --kubernetes-token-file and --consul-token-file");
    }
    if (kubernetes.isPresent()) {
      return new Attestation.KubernetesToken(given.required("--cluster"), kubernetes.get());
    }
    return consul.isPresent()
        ? new Attestation.AclToken(
            given.required("--datacenter"),
            given.optional("--consul-service").orElse(""),
            consul.get())
        : new Attestation.JoinToken(join.orElseThrow());
  }

  private static AgentOptions.Envoy envoy(Arguments given, AgentConfig config) {
    var id = config.nodeId();
    var node =
        new ProxyNode(
            id,
            given.optional("--service").orElse(id.substring(id.lastIndexOf('/') + 1)),
            given.required("--network"),
            given.optional("--zone").orElse(""),
            given.all("--upstream").stream().map(AgentOptions::upstream).toList());
    EnvoyBootstrap.Admin admin =
        given
            .optional("--admin")
            .map(text -> Address.parse("--admin", text))
            .<EnvoyBootstrap.Admin>map(
                at -> new EnvoyBootstrap.Admin.Loopback(at.host(), at.port()))
            .orElseGet(() ->
                new EnvoyBootstrap.Admin.UnixSocket(
                    config.socket().toAbsolutePath().resolveSibling("admin.sock")));
    var ads =
        given.flag("--sotw") ? EnvoyBootstrap.Ads.STATE_OF_THE_WORLD : EnvoyBootstrap.Ads.DELTA;
    return new AgentOptions.Envoy(node, admin, ads);
  }
}
