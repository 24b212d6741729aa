package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.testbed.Await;
import io.tombolo.testbed.Caller;
import io.tombolo.testbed.Traffic;
import java.time.Duration;
import java.util.List;
import java.util.regex.Pattern;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class RotationIT {
  private static final String LOCAL = "127.0.0.1";
  private static final Pattern SERIAL = Pattern.compile("\"serial_number\": *\"([0-9a-f]+)\"");

  private final TwoWorlds worlds;

  RotationIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void certificates_rotate_under_traffic_without_a_failed_request_or_a_listener_update()
      throws Exception {
    worlds.awaitAllApplied();
    var before = updates();
    var traffic =
        List.of(
            Traffic.start(Caller.freshHttp(worlds.the("web").host(), LOCAL, TwoWorlds.HTTP), 50),
            Traffic.start(Caller.grpc(worlds.the("billing").host(), LOCAL, TwoWorlds.GRPC), 50));

    for (int rotation = 0; rotation < 2; rotation++) {
      var web = serials("web");
      var billing = serials("billing");
      Await.until(
          "both have a new certificate",
          Duration.ofSeconds(60),
          () -> !serials("web").equals(web) && !serials("billing").equals(billing));
    }

    for (var one : traffic) {
      one.awaitMore(20);
      assertThat(one.stop().failures()).isEmpty();
    }
    assertThat(updates()).isEqualTo(before);
  }

  private List<Long> updates() {
    return List.of("web", "billing").stream()
        .map(worlds::the)
        .flatMap(w ->
            List.of(
                w.stat("cluster_manager.cds.update_success"),
                w.stat("listener_manager.lds.update_success"))
                .stream())
        .toList();
  }

  private List<String> serials(String workload) {
    return SERIAL
        .matcher(worlds.the(workload).envoy("/certs"))
        .results()
        .map(found -> found.group(1))
        .distinct()
        .sorted()
        .toList();
  }
}
