package io.tombolo.mesh.scope;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class UpstreamTest {
  @ParameterizedTest
  @ValueSource(strings = {"127.0.0.1", "127.0.2.10", "::1"})
  void an_upstream_listens_on_loopback(String address) {
    assertThat(new Upstream("billing", 0, address, 9001).listenAddress()).isEqualTo(address);
  }

  @ParameterizedTest
  @ValueSource(strings = {"0.0.0.0", "10.0.0.1", "127.evil.example", "127.1", "::", ""})
  void an_upstream_listens_nowhere_else(String address) {
    assertThatThrownBy(() -> new Upstream("billing", 0, address, 9001))
        .isInstanceOf(IllegalArgumentException.class);
  }

  @ParameterizedTest
  @ValueSource(ints = {-1, 0, 65536})
  void an_upstream_listens_on_a_port(int port) {
    assertThatThrownBy(() -> new Upstream("billing", 0, "127.0.0.1", port))
        .isInstanceOf(IllegalArgumentException.class);
  }
}
