package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// The roots, and their rollover: `GET` and `POST /v1/roots`.
@Command(
    name = "roots",
    description = {
      "Which roots are trusted, and how far a rollover is.",
      "rollover: a new root is told to everyone, signs when everyone live has taken it up, and the"
          + " old one is dropped when no live certificate leads to it. It waits for whoever lags"
          + " behind, and names them.",
      "Exits with 0 if one root is trusted, with 1 while a rollover goes on."
    },
    mixinStandardHelpOptions = true)
final class RootsCommand implements Callable<Integer> {
  private static final Duration BETWEEN_QUESTIONS = Duration.ofMillis(500);

  /// What to do.
  enum Action {
    show(""),
    rollover("start"),
    pause("pause"),
    resume("resume"),
    back("back"),
    skip("skip");

    private final String word;

    Action(String word) {
      this.word = word;
    }
  }

  @Mixin private final Access access = new Access();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "ACTION",
      defaultValue = "show",
      description =
          "${COMPLETION-CANDIDATES}. back: the old root signs again. skip HOST: do not wait for"
              + " it.")
  private Action action = Action.show;

  @Parameters(
      index = "1",
      arity = "0..1",
      paramLabel = "HOST",
      defaultValue = "",
      description = "For skip: a node, or a SPIFFE ID, as is listed.")
  private String host = "";

  @Option(names = "--wait", description = "Wait until one root is trusted.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "600",
      description = "With --wait: for how long at most (default: ${DEFAULT-VALUE}).")
  private long timeout = 600;

  @Option(names = "--json", description = "The answer as JSON.")
  private boolean json;

  @Override
  public Integer call() throws InterruptedException {
    if ((action == Action.skip) == host.isEmpty()) {
      throw new ParameterException(spec.commandLine(), "skip needs a HOST, and nothing else does");
    }
    try (var controlPlane = access.connect()) {
      var page =
          action == Action.show
              ? controlPlane.get("/v1/roots")
              : controlPlane.post("/v1/roots", Map.of("action", action.word, "host", host));
      var end = System.nanoTime() + Duration.ofSeconds(timeout).toNanos();
      while (wait && !settled(page) && System.nanoTime() < end) {
        Thread.sleep(BETWEEN_QUESTIONS);
        page = controlPlane.get("/v1/roots");
      }
      spec.commandLine().getOut().print(json ? page.toPrettyString() + "\n" : text(page));
      spec.commandLine().getOut().flush();
      return settled(page) ? 0 : 1;
    }
  }

  private static boolean settled(JsonNode page) {
    return page.path("phase").asText().equals("settled");
  }

  static String text(JsonNode page) {
    var roots = Table.of("ROOT", "STATE", "EXPIRES", "SUBJECT");
    page.path("roots")
        .forEach(root ->
            roots.row(
                Table.text(root, "fingerprint"),
                Table.text(root, "state"),
                Table.text(root, "expires"),
                Table.text(root, "subject")));
    var text = new StringBuilder(roots.toString());
    text.append(
        "%s since %s%s; bundle %s, intermediates of %s%n"
            .formatted(
                Table.text(page, "phase"),
                Table.text(page, "since"),
                page.path("paused").asBoolean() ? ", paused" : "",
                Table.text(page, "sequence"),
                Table.text(page, "source")));
    if (!page.path("trouble").isNull()) {
      text.append("trouble: %s%n".formatted(Table.text(page, "trouble")));
    }
    page.path("skipped")
        .forEach(one -> text.append("skipped: %s%n".formatted(Table.printable(one.asText()))));
    if (!page.path("waitingFor").isEmpty()) {
      var waiting = Table.of("WAITS FOR", "NODE", "WHY");
      page.path("waitingFor")
          .forEach(one ->
              waiting.row(
                  Table.text(one, "identity"),
                  AuditCommand.orDash(one, "node"),
                  Table.text(one, "why")));
      text.append(waiting);
    }
    return text.toString();
  }
}
