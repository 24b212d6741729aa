package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.Network;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// The receipt of a change says the truth about every proxy.
@Tag("push")
@ExtendWith(TwoWorldsExtension.class)
class ReceiptIT {
  private static final int SIMULATED = 500;
  private static final int LISTEN = 9100;
  private static final String WATCHER = "consul/dc1/default/watcher";

  private final TwoWorlds worlds;

  ReceiptIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  /// Five Envoys that want `parcel`, which is not there yet: two are well, one is stopped, one is
  /// cut off, and of one the port on which it is to listen for calls to parcel is taken.
  private record Watchers(List<Workload> all) implements AutoCloseable {
    String node(int which) {
      return all.get(which).node();
    }

    @Override
    public void close() {
      all.forEach(watcher -> watcher.agent().close());
    }
  }

  private Watchers watchers() throws Exception {
    var hosts = new ArrayList<Host>();
    for (int i = 0; i < 5; i++) {
      hosts.add(worlds.topology().host("watcher" + i, Network.VMS));
    }
    worlds.consul().vm("watcher", hosts.getFirst(), 8080);
    worlds.awaitService(WATCHER);
    var all = new ArrayList<Workload>();
    for (int i = 0; i < 5; i++) {
      all.add(
          worlds
              .plan("watcher" + i, hosts.get(i), WATCHER + "-" + (i + 1), Network.VMS)
              .joining(worlds.controlPlane().token("service", WATCHER))
              .upstreams(List.of("parcel=127.0.0.1:" + LISTEN))
              .plan()
              .start(worlds.directory()));
    }
    all.forEach(Workload::awaitReady);
    return new Watchers(all);
  }

  private static ServerSocket taken(Host host) throws Exception {
    return host.call(() -> {
      var socket = new ServerSocket();
      socket.bind(new InetSocketAddress(InetAddress.getLoopbackAddress(), LISTEN));
      return socket;
    });
  }

  @Test
  void it_names_exactly_who_has_a_change_who_does_not_and_why() throws Exception {
    worlds.consul().intention("parcel", "simulated", "allow");
    try (var watchers = watchers();
        var taken = taken(watchers.all().get(2).host());
        var simulated =
            SimulatedProxies.start(worlds.topology().infra(), ControlPlane.BENCH_PORT, SIMULATED)) {
      awaitAllSettled(SIMULATED + 5);
      var frozen = watchers.all().get(3);
      var cut = watchers.all().get(4);
      frozen.agent().suspend();
      var controlPlane = worlds.topology().infra().address(Network.VMS);
      assertThat(cut.host().run("ip", "route", "add", "blackhole", controlPlane).exit()).isZero();

      long before = newest();
      worlds.consul().vm("parcel", worlds.the("vault").host(), 8082);
      long added = revisionOf("service consul/dc1/default/parcel", before);
      Await.until(
          "only the two that cannot are pending",
          Duration.ofSeconds(20),
          () ->
              in(receipt(added), "pending").size() == 2
                  && !in(receipt(added), "refused").isEmpty());

      var receipt = receipt(added);
      assertThat(in(receipt, "pending")).containsExactlyInAnyOrder(frozen.node(), cut.node());
      assertThat(in(receipt, "refused")).containsExactly(watchers.node(2));
      assertThat(refusals(receipt)).singleElement().asString().contains("Address already in use");
      assertThat(in(receipt, "applied"))
          .contains(watchers.node(0), watchers.node(1))
          .filteredOn(node -> node.contains("simulated"))
          .hasSize(SIMULATED);
      assertThat(in(receipt, "unaffected"))
          .contains(worlds.the("web").node(), worlds.the("billing").node());
      assertThat(worlds.controlPlane().tombolo("receipt", Long.toString(added)))
          .contains("not yet 2, refused by 1")
          .contains(frozen.node())
          .contains("Address already in use");

      frozen.agent().resume();
      assertThat(cut.host().run("ip", "route", "del", "blackhole", controlPlane).exit()).isZero();
      var healed = receipt(added + "?wait=60");
      assertThat(in(healed, "pending")).isEmpty();
      assertThat(in(healed, "refused")).containsExactly(watchers.node(2));

      // A deletion counts as well, also where what is deleted was refused.
      worlds
          .consul()
          .put(
              "/v1/catalog/deregister",
              "{\"Node\": \"node-parcel-1\", \"ServiceID\": \"parcel-1\"}");
      long removed = revisionOf("service consul/dc1/default/parcel", added);
      var gone = receipt(removed + "?wait=60");
      assertThat(in(gone, "pending")).isEmpty();
      assertThat(in(gone, "refused")).isEmpty();
      assertThat(in(gone, "applied")).contains(frozen.node(), cut.node(), watchers.node(2));
      assertThat(taken.isBound()).isTrue();
      assertThat(simulated).isNotNull();
    } finally {
      worlds.consul().deleteIntention("parcel");
    }
  }

  private void awaitAllSettled(int proxies) {
    Await.until(
        "all proxies are connected and have everything",
        Duration.ofSeconds(60),
        () -> {
          var receipt = receipt("newest");
          return in(receipt, "pending").isEmpty()
              && worlds.controlPlane().get("status").path("proxies").asInt() >= proxies;
        });
  }

  private long newest() {
    return worlds.controlPlane().get("status").path("revision").asLong();
  }

  private JsonNode receipt(long revision) {
    return receipt(Long.toString(revision));
  }

  private JsonNode receipt(String revision) {
    return worlds.controlPlane().get("receipts/" + revision);
  }

  /// The revision after `before` that brought this.
  private long revisionOf(String news, long before) {
    long[] found = {0};
    Await.until(
        "there is a revision with " + news,
        Duration.ofSeconds(20),
        () -> {
          for (long revision = before + 1; revision <= newest(); revision++) {
            if (TwoWorlds.list(receipt(revision).path("news"))
                .anyMatch(n -> n.asText().equals(news))) {
              found[0] = revision;
              return true;
            }
          }
          return false;
        });
    return found[0];
  }

  private static List<String> in(JsonNode receipt, String state) {
    return TwoWorlds.list(receipt.path("proxies"))
        .filter(proxy -> proxy.path("state").asText().equals(state))
        .map(proxy -> proxy.path("node").asText())
        .collect(Collectors.toList());
  }

  private static List<String> refusals(JsonNode receipt) {
    return TwoWorlds.list(receipt.path("proxies"))
        .flatMap(proxy -> TwoWorlds.list(proxy.path("lacking")))
        .map(lack -> lack.path("refusal").asText(""))
        .filter(said -> !said.isEmpty() && !said.equals("null"))
        .toList();
  }
}
