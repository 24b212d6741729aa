package io.tombolo.server;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.server.admin.IdentityResource;
import jakarta.ws.rs.BadRequestException;
import jakarta.ws.rs.NotFoundException;
import jakarta.ws.rs.ServiceUnavailableException;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/// What the REST API tells of the audit log, of certificates and of bans.
@Tag("identity")
class IdentityPagesTest {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final String NODE = "consul/dc1/default/cart-1";

  private final Path state;
  private final ControlPlane controlPlane;
  private final IdentityResource pages;

  IdentityPagesTest(@TempDir Path directory) throws IOException {
    state = directory.resolve("state");
    controlPlane = Configured.controlPlane(state, Map.of());
    pages = new IdentityResource(controlPlane.admin());
  }

  @BeforeEach
  void start() {
    controlPlane.start();
  }

  @AfterEach
  void close() {
    controlPlane.close();
  }

  private static JsonNode json(Object page) {
    return JSON.valueToTree(page);
  }

  private void ban(String subject) throws IOException {
    assertThat(controlPlane.admin().registrar().ban(subject, "stolen", Instant.now()).subject())
        .isEqualTo(subject);
  }

  @Test
  void the_newest_lines_are_told_or_those_after_one() throws Exception {
    for (int i = 1; i <= 5; i++) {
      ban(NODE + i);
    }

    var newest = json(pages.audit(null, "2", "true"));
    assertThat(newest.path("lines").findValuesAsText("node")).containsExactly(NODE + 4, NODE + 5);
    assertThat(newest.path("lines").get(1).path("event").asText()).isEqualTo("banned");
    assertThat(newest.path("check").path("lines").asLong()).isEqualTo(6);
    assertThat(newest.path("check").path("head"))
        .isEqualTo(newest.path("lines").get(1).path("hash"));
    assertThat(newest.path("trouble").isNull()).isTrue();
    var after = json(pages.audit("1", "1", null));
    assertThat(after.path("lines").findValuesAsText("node")).containsExactly(NODE + 1);
    assertThat(after.path("check").isNull()).isTrue();
    assertThatThrownBy(() -> pages.audit("-1", null, null)).isInstanceOf(BadRequestException.class);
    assertThatThrownBy(() -> pages.audit(null, "1001", null))
        .isInstanceOf(BadRequestException.class);
  }

  @Test
  void a_changed_log_is_told_and_one_that_was_moved_away_is_begun_anew() throws Exception {
    ban(NODE);
    var log = state.resolve("audit.log");
    Files.writeString(log, Files.readString(log).replace("stolen", "broken"));

    var changed = json(pages.audit(null, null, "true"));
    assertThat(changed.path("check").path("problem").asText()).contains("line 2", "was changed");
    assertThat(changed.path("lines")).isEmpty();

    Files.move(log, state.resolve("moved"));
    var anew = json(pages.audit(null, null, "true"));
    assertThat(anew.path("lines").findValuesAsText("event")).containsExactly("began");
    assertThat(anew.path("check").path("problem").isNull()).isTrue();
  }

  @Test
  void bans_are_told_and_lifted_once() throws Exception {
    ban(NODE);

    assertThat(json(pages.bans()).path("bans").findValuesAsText("reason"))
        .containsExactly("stolen");
    assertThat(json(pages.unban(NODE)).path("subject").asText()).isEqualTo(NODE);
    assertThatThrownBy(() -> pages.unban(NODE)).isInstanceOf(NotFoundException.class);
    assertThatThrownBy(() -> pages.unban(null)).isInstanceOf(BadRequestException.class);
    assertThatThrownBy(() -> pages.ban(null)).isInstanceOf(BadRequestException.class);
    assertThat(json(pages.bans()).path("bans")).isEmpty();
  }

  @Test
  void bans_that_cannot_be_read_are_not_changed_and_that_is_told() throws Exception {
    ban(NODE);
    Files.writeString(state.resolve("bans"), "damaged");
    controlPlane.close();
    try (var again = Configured.controlPlane(state, Map.of())) {
      again.start();
      var told = new IdentityResource(again.admin());

      assertThat(json(told.bans()).path("trouble").asText()).contains("mv ");
      assertThat(json(told.audit(null, null, null)).path("trouble").asText()).contains("bans");
      assertThatThrownBy(() -> told.unban(NODE)).isInstanceOf(ServiceUnavailableException.class);
    }
  }

  @Test
  void the_certificates_page_tells_how_long_can_be_issued() {
    var page = json(pages.certs());

    assertThat(page.path("certs")).isEmpty();
    assertThat(page.path("overdue").asLong()).isZero();
    assertThat(page.path("secondsToIssuerEnd").asLong()).isBetween(364L * 86_400, 365L * 86_400);
  }
}
