package io.tombolo.mesh.traffic;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.policy.Request;
import java.time.Instant;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("intentions")
class FlowStoreTest {
  private static final Instant NOW = Instant.parse("2026-11-26T18:00:00Z");

  private static Flow call(int caller, int service, String path) {
    var http = new Request.Http("GET", path, Map.of());
    var request = new Request(Shop.caller(caller), Shop.PORT, http);
    return new Flow(Shop.service(service), Shop.workload(service), request, Set.of(), true);
  }

  private static long of(FlowStore store, int caller, int service) {
    return store.contents().flows().stream()
        .map(Seen::flow)
        .filter(flow -> flow.destination().equals(Shop.service(service)))
        .filter(flow -> flow.request().caller().equals(Shop.caller(caller)))
        .count();
  }

  @Test
  void equal_calls_are_one_flow_that_is_counted() {
    var store = new FlowStore(10);
    store.add(call(0, 0, "/a"), NOW);
    store.add(call(0, 0, "/a"), NOW.plusSeconds(5));

    assertThat(store.contents().flows())
        .containsExactly(new Seen(call(0, 0, "/a"), 2, NOW, NOW.plusSeconds(5)));
  }

  @Test
  void who_has_most_gives_way_and_what_is_lost_is_counted() {
    var store = new FlowStore(1000);
    for (int i = 0; i < 100; i++) {
      store.add(call(0, 1, "/quiet/" + i), NOW);
      store.add(call(1, 0, "/modest/" + i), NOW);
    }
    for (int i = 0; i < 50_000; i++) {
      store.add(call(0, 0, "/endless/" + i), NOW.plusSeconds(i));
    }

    assertThat(store.size()).isBetween(900, 1000);
    assertThat(of(store, 0, 1)).isEqualTo(100);
    assertThat(of(store, 1, 0)).isEqualTo(100);
    assertThat(of(store, 0, 0)).isEqualTo(store.size() - 200);
    assertThat(store.contents().flows())
        .extracting(seen -> seen.flow())
        .contains(call(0, 0, "/endless/49999"))
        .doesNotContain(call(0, 0, "/endless/0"));
    assertThat(store.contents().forgotten())
        .containsExactly(Map.entry(Shop.service(0) + ":8080", 50_200L - store.size()));
  }

  /// As a sender does that makes callers up.
  @Test
  void endless_callers_of_one_service_drive_out_nothing_of_another() {
    var store = new FlowStore(1000);
    store.add(call(7, 1, "/"), NOW);
    for (int i = 0; i < 5000; i++) {
      store.add(call(i, 0, "/"), NOW.plusSeconds(i));
    }

    assertThat(store.size()).isLessThanOrEqualTo(1000);
    assertThat(of(store, 7, 1)).isOne();
    assertThat(of(store, 4999, 0)).isOne();
  }
}
