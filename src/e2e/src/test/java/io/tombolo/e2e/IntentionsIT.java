package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import java.io.IOException;
import java.time.Duration;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class IntentionsIT {
  private static final String LOCAL = "127.0.0.1";
  private static final Duration PATIENCE = Duration.ofSeconds(15);

  private final TwoWorlds worlds;

  IntentionsIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void one_written_in_consul_takes_effect_and_deleting_it_denies_again() throws Exception {
    var orders = worlds.the("orders").host();
    try (var unrelated = Caller.tcp(worlds.the("web").host(), LOCAL, TwoWorlds.TCP)) {
      awaitAllowed(unrelated);
      assertDenied(Caller.freshHttp(orders, LOCAL, TwoWorlds.HTTP));

      worlds
          .consul()
          .put(
              "/v1/config",
              """
              {"Kind": "service-intentions", "Name": "billing", "Sources": [
                {"Name": "web-shop", "Action": "allow"}, {"Name": "orders-shop", "Action": "allow"}]}
              """);
      awaitAllowed(Caller.freshHttp(orders, LOCAL, TwoWorlds.HTTP));
      worlds.consul().intention("billing", "web-shop", "allow");
      awaitDenied(Caller.freshHttp(orders, LOCAL, TwoWorlds.HTTP));

      assertUndisturbed(unrelated);
    }
  }

  @Test
  void one_written_in_kubernetes_takes_effect_and_deleting_it_denies_again() throws Exception {
    var billing = worlds.the("billing").host();
    try (var unrelated = Caller.tcp(billing, LOCAL, TwoWorlds.TCP)) {
      awaitAllowed(unrelated);
      assertDenied(Caller.freshHttp(billing, LOCAL, 9004));

      worlds
          .kubernetes()
          .intention(
              "orders",
              """
              {"destination": {"name": "orders"},
               "sources": [{"world": "consul", "name": "billing", "action": "allow"}]}
              """);
      awaitAllowed(Caller.freshHttp(billing, LOCAL, 9004));
      worlds.kubernetes().deleteIntention("orders");
      awaitDenied(Caller.freshHttp(billing, LOCAL, 9004));

      assertUndisturbed(unrelated);
    }
  }

  @Test
  void one_that_cannot_be_enforced_is_rejected_and_the_last_good_stays() throws Exception {
    worlds
        .consul()
        .put(
            "/v1/config",
            """
            {"Kind": "service-intentions", "Name": "billing", "Sources": [{"Name": "orders-shop",
              "Permissions": [{"Action": "allow", "HTTP": {"PathRegex": "/[ab]+"}}]}]}
            """);
    Await.until(
        "the rejection is shown",
        PATIENCE,
        () ->
            TwoWorlds.list(worlds.controlPlane().get("intentions").path("rejected"))
                .anyMatch(r ->
                    r.path("object").asText().contains("billing")
                        && r.path("problems")
                            .toString()
                            .contains(
                                "Sources[0].Permissions[0].HTTP.PathRegex must be literal text")
                        && r.path("inForce").asInt() == 1));
    worlds.awaitAllApplied();
    awaitAllowed(Caller.freshHttp(worlds.the("web").host(), LOCAL, TwoWorlds.HTTP));
    assertDenied(Caller.freshHttp(worlds.the("orders").host(), LOCAL, TwoWorlds.HTTP));

    worlds.consul().intention("billing", "web-shop", "allow");
  }

  private static void assertUndisturbed(Caller caller) throws IOException {
    assertThat(caller.call("still here")).contains("still here");
    assertThat(caller.connections()).isOne();
  }

  private static void awaitAllowed(Caller caller) {
    Await.until("the call is allowed", PATIENCE, () -> !caller.call("hello").isEmpty());
  }

  private static void awaitDenied(Caller caller) {
    Await.until("the call is denied", PATIENCE, () -> denied(caller));
  }

  private static void assertDenied(Caller caller) {
    assertThat(denied(caller)).isTrue();
  }

  private static boolean denied(Caller caller) {
    try {
      return caller.call("hello").isEmpty();
    } catch (IOException refused) {
      return true;
    }
  }
}
