package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import io.envoyproxy.envoy.config.core.v3.Node;
import io.envoyproxy.envoy.service.discovery.v3.AggregatedDiscoveryServiceGrpc;
import io.envoyproxy.envoy.service.discovery.v3.DiscoveryRequest;
import io.grpc.CallOptions;
import io.grpc.stub.ClientCalls;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.InForce;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.identity.Grant;
import io.tombolo.identity.JoinTokens;
import io.tombolo.identity.KnownKeys;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.xds.snapshot.ResourceType;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// The keys of the authority are in nothing that the gRPC port answers, the log says, or the state
/// directory keeps, in whatever form.
@Tag("identity")
class CaKeyTest {
  private static final SpiffeId CART =
      SpiffeId.consulService(new TrustDomain("tombolo.local"), "default", "dc1", "cart");

  private final Map<String, byte[]> places = new LinkedHashMap<>();

  @Test
  void no_key_of_the_authority_is_told_logged_or_kept_unsealed(@TempDir Path directory)
      throws Exception {
    var state = directory.resolve("state");
    try (var log = Log.heard();
        var controlPlane = Configured.controlPlane(state, Map.of());
        var hosts = Hosts.of(state, controlPlane)) {
      controlPlane.start();
      everythingIsAsked(controlPlane, hosts);
      var known = KnownKeys.of(state, "tombolo.local");
      places.put("the log", String.join("\n", log.texts()).getBytes(StandardCharsets.UTF_8));
      try (var files = Files.walk(state)) {
        for (var file : files.filter(Files::isRegularFile).toList()) {
          places.put("file " + state.relativize(file), Files.readAllBytes(file));
        }
      }

      assertThat(places.keySet())
          .contains("the log", "file bundle.pem", "file audit.log")
          .anyMatch(place -> place.endsWith(".sealed"));
      assertThat(known.foundIn(places)).isEmpty();
      places.put("planted", known.forms().values().iterator().next());
      assertThat(known.foundIn(places)).as("one that was planted").hasSize(1);
    }
  }

  private void put(String what, Message answer) {
    places.put(what, answer.toByteArray());
    places.put(what + " as text", answer.toString().getBytes(StandardCharsets.UTF_8));
  }

  private void everythingIsAsked(ControlPlane controlPlane, Hosts hosts) throws Exception {
    var token =
        controlPlane
            .admin()
            .joinTokens()
            .issue(
                new Grant(CART, "consul/dc1/default/cart-1", "*"),
                JoinTokens.LONGEST,
                Instant.now());
    var keys = Hosts.keys();
    var attested =
        Hosts.identity(hosts.channel()).attest(Hosts.joining(Hosts.csr(keys), token.text()));
    put("Attest", attested);
    var host = Hosts.host(keys, attested);
    var channel = hosts.channel(host);
    var renewal = RenewRequest.newBuilder().setCsr(Hosts.csr(keys)).build();
    put("Renew", Hosts.identity(channel).renew(renewal));
    var trust =
        ClientCalls.blockingBidiStreamingCall(
            channel, IdentityGrpc.getWatchTrustMethod(), CallOptions.DEFAULT);
    trust.write(InForce.getDefaultInstance());
    put("WatchTrust", trust.read(20, TimeUnit.SECONDS));
    for (var type : ResourceType.values()) {
      var ads =
          ClientCalls.blockingBidiStreamingCall(
              channel,
              AggregatedDiscoveryServiceGrpc.getStreamAggregatedResourcesMethod(),
              CallOptions.DEFAULT);
      ads.write(
          DiscoveryRequest.newBuilder()
              .setNode(Node.newBuilder().setId("consul/dc1/default/cart-1"))
              .setTypeUrl(type.typeUrl())
              .addResourceNames("*")
              .build());
      var answer = ads.read(2, TimeUnit.SECONDS);
      if (answer != null) {
        put(type.name(), answer);
      }
      ads.cancel("asked", null);
    }
  }
}
