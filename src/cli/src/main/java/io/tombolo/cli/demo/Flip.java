package io.tombolo.cli.demo;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.cli.AdminClient;
import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.time.Duration;
import java.time.Instant;
import java.util.Comparator;
import java.util.Optional;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;

/// Changes the intention web -> ledger in its file while everything runs, and measures what
/// happens.
final class Flip {
  static final String FILE = "consul/dc1/ledger-intentions.json";
  private static final String SOURCE = "web-shop";
  private static final ObjectMapper JSON = new ObjectMapper();

  private final Stage stage;
  private final AdminClient admin;
  private final Caller caller;

  Flip(Stage stage, AdminClient admin, Caller caller) {
    this.stage = stage;
    this.admin = admin;
    this.caller = caller;
  }

  /// How long it took from the moment the file was there.
  ///
  /// @param revision of the catalog with the change
  /// @param everywhere until the last proxy had applied it
  /// @param felt until the call's result changed
  record Took(long revision, int proxies, Duration everywhere, Duration felt) {}

  /// @param action `allow` or `deny`
  Took to(String action) {
    boolean through = action.equals("allow");
    var call = new Shop.Call(Shop.WEB, Shop.LEDGER, through);
    var text = with(action);
    long revisionBefore = admin.get("/v1/status").path("revision").asLong();
    try (var threads = Executors.newVirtualThreadPerTaskExecutor()) {
      var written = Instant.now();
      stage.workspace().replace(FILE, text);
      var felt = threads.submit(() -> untilFelt(call, written));
      long revision =
          Patience.WATCHFUL.until(
              () -> revisionWith(action, revisionBefore),
              () -> "the control plane has not seen the change of " + FILE);
      var page =
          Patience.WATCHFUL.until(
              () -> proxiesAt(revision), () -> "not every proxy has applied revision " + revision);
      return new Took(
          revision,
          page.path("proxies").size(),
          Duration.between(written, lastApplied(page)),
          result(felt));
    }
  }

  private String with(String action) {
    try {
      var entry = JSON.readTree(Files.readString(stage.workspace().worlds().resolve(FILE)));
      for (var source : entry.path("Sources")) {
        if (source.path("Name").asText().equals(SOURCE)) {
          ((ObjectNode) source).put("Action", action);
        }
      }
      return entry.toPrettyString() + "\n";
    } catch (IOException unreadable) {
      throw new CommandFailed("cannot read " + FILE + ": " + unreadable.getMessage(), unreadable);
    }
  }

  private Duration untilFelt(Shop.Call call, Instant written) {
    return Patience.WATCHFUL.until(
        () ->
            caller.call(call).gotThrough() == call.allowed()
                ? Optional.of(Duration.between(written, Instant.now()))
                : Optional.empty(),
        () -> call + " still " + (call.allowed() ? "does not get through" : "gets through"));
  }

  private Optional<Long> revisionWith(String action, long before) {
    var page = admin.get("/v1/intentions");
    long revision = page.path("revision").asLong();
    boolean changed =
        revision > before
            && page.path("intentions")
                .valueStream()
                .anyMatch(rule ->
                    rule.path("source").asText().equals(SOURCE)
                        && rule.path("destination").asText().equals("ledger")
                        && rule.path("action").asText().equals(action));
    return changed ? Optional.of(revision) : Optional.empty();
  }

  private Optional<JsonNode> proxiesAt(long revision) {
    var page = admin.get("/v1/proxies");
    return stage.appliedByAll(page, revision) ? Optional.of(page) : Optional.empty();
  }

  private static Instant lastApplied(JsonNode page) {
    return page.path("proxies")
        .valueStream()
        .map(proxy -> Instant.parse(proxy.path("appliedAt").asText()))
        .max(Comparator.naturalOrder())
        .orElseThrow();
  }

  private static Duration result(Future<Duration> felt) {
    try {
      return felt.get();
    } catch (ExecutionException failed) {
      throw failed.getCause() instanceof CommandFailed why
          ? why
          : new CommandFailed("the calls could not be made", failed);
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", stopped);
    }
  }
}
