package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.util.Locale;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;

@Tag("spine")
@ExtendWith(TwoWorldsExtension.class)
class AcceptedIT {
  private final TwoWorlds worlds;

  AcceptedIT(TwoWorlds worlds) {
    this.worlds = worlds;
  }

  @Test
  void no_proxy_refuses_anything_it_is_told() {
    worlds.awaitAllApplied();
    assertThat(TwoWorlds.list(worlds.controlPlane().get("proxies").path("proxies")))
        .isNotEmpty()
        .allSatisfy(proxy ->
            assertThat(TwoWorlds.list(proxy.path("types")))
                .isNotEmpty()
                .allSatisfy(type -> assertThat(type.path("refused")).isEmpty()));
    assertThat(worlds.all())
        .allSatisfy(workload -> {
          assertThat(workload.stat("listener_manager.lds.update_rejected")).isZero();
          assertThat(workload.stat("cluster_manager.cds.update_rejected")).isZero();
        });
  }

  @Test
  void envoy_warns_of_nothing_deprecated_and_of_no_resource() {
    assertThat(worlds.all())
        .allSatisfy(workload ->
            assertThat(workload.proxyLog().toLowerCase(Locale.ROOT))
                .doesNotContain("deprecated")
                .doesNotContain("rejected"));
  }
}
