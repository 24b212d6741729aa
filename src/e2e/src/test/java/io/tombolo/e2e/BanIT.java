package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Traffic;
import java.io.IOException;
import java.time.Duration;
import java.util.Map;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

/// What peers do when somebody is banned.
@Tag("identity")
@ExtendWith(TwoWorldsExtension.class)
class BanIT {
  private static final String LOCAL = "127.0.0.1";
  private static final String BILLING = "spiffe://tombolo.local/ns/default/dc/dc1/svc/billing";
  private static final Duration AT_MOST = Duration.ofSeconds(5);

  private final TwoWorlds worlds;

  BanIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void peers_let_a_banned_identity_in_no_more_and_call_it_no_more_and_others_go_on()
      throws Exception {
    worlds.awaitAllApplied();
    var billing = worlds.the("billing").host();
    var web = worlds.the("web").host();
    assertThat(answers(Caller.freshHttp(billing, LOCAL, TwoWorlds.HTTP))).isTrue();
    assertThat(answers(Caller.freshHttp(web, LOCAL, TwoWorlds.HTTP))).isTrue();
    var others = Traffic.start(Caller.grpc(web, LOCAL, TwoWorlds.GRPC), 50);

    var _ = worlds.controlPlane().post("bans", Map.of("subject", BILLING, "reason", "stolen"));
    try {
      Await.until(
          "peers refuse it",
          AT_MOST,
          () -> !answers(Caller.freshHttp(billing, LOCAL, TwoWorlds.HTTP)));
      Await.until(
          "peers do not call it",
          AT_MOST,
          () -> !answers(Caller.freshHttp(web, LOCAL, TwoWorlds.HTTP)));
      assertThat(worlds.controlPlane().tombolo("decide", BILLING, "web.shop"))
          .contains("is banned");
      others.awaitMore(40);
    } finally {
      worlds.controlPlane().tombolo("unban", BILLING);
    }

    Await.until(
        "it is let in again",
        Duration.ofSeconds(60),
        () ->
            answers(Caller.freshHttp(billing, LOCAL, TwoWorlds.HTTP))
                && answers(Caller.freshHttp(web, LOCAL, TwoWorlds.HTTP)));
    assertThat(others.stop().failures()).isEmpty();
    worlds.awaitAllApplied();
  }

  private static boolean answers(Caller caller) {
    try (caller) {
      var _ = caller.call("hello");
      return true;
    } catch (IOException refused) {
      return false;
    }
  }
}
