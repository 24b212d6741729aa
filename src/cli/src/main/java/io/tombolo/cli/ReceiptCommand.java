package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.stream.StreamSupport;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.Spec;

/// Prints `GET /v1/receipts/{revision}`.
@Command(
    name = "receipt",
    description = {
      "What has become of a change: which proxies have it, which do not, and why.",
      "Exits with 0 if every proxy that it concerns has applied it, with 1 if not."
    },
    mixinStandardHelpOptions = true)
final class ReceiptCommand implements Callable<Integer> {
  /// One question may wait that long; then it is asked again.
  private static final long SECONDS_A_QUESTION = 20;

  @Mixin private final Access access = new Access();
  @Spec private CommandSpec spec = CommandSpec.create();

  @Parameters(
      index = "0",
      arity = "0..1",
      paramLabel = "REV",
      defaultValue = "newest",
      description = "The revision (default: the newest; `tombolo status` tells it).")
  private String revision = "newest";

  @Option(names = "--wait", description = "Wait until no proxy is pending any more.")
  private boolean wait;

  @Option(
      names = "--timeout",
      paramLabel = "SECONDS",
      defaultValue = "60",
      description = "With --wait: for how long at most (default: ${DEFAULT-VALUE}).")
  private long timeout = 60;

  @Option(names = "--json", description = "The answer as JSON.")
  private boolean json;

  @Override
  public Integer call() {
    if (timeout < 0 || !(revision.equals("newest") || revision.matches("[0-9]{1,18}"))) {
      throw new ParameterException(
          spec.commandLine(), "REV is a number, or newest; --timeout a number of seconds");
    }
    try (var controlPlane = access.connect()) {
      var page = ask(controlPlane);
      spec.commandLine().getOut().print(json ? page.toPrettyString() + "\n" : text(page));
      spec.commandLine().getOut().flush();
      return page.path("applied").asLong() == page.path("affected").asLong() ? 0 : 1;
    }
  }

  private JsonNode ask(AdminClient controlPlane) {
    long end = System.nanoTime() + Duration.ofSeconds(wait ? timeout : 0).toNanos();
    var asked = revision;
    while (true) {
      long left = Math.max(0, Duration.ofNanos(end - System.nanoTime()).toSeconds());
      var page =
          controlPlane.get(
              "/v1/receipts/" + asked,
              Map.of("wait", Long.toString(Math.min(left, SECONDS_A_QUESTION))));
      if (page.path("pending").asLong() == 0 || left == 0) {
        return page;
      }
      asked = page.path("revision").asText();
    }
  }

  static String text(JsonNode page) {
    return heading(page) + counts(page) + troubled(page) + unaffected(page);
  }

  private static String heading(JsonNode page) {
    var heading = new StringBuilder("revision " + Table.text(page, "revision"));
    heading.append(
        page.path("at").isNull()
            ? ", long ago: what it changed is forgotten, so all that came before it counts"
            : " of " + Table.text(page, "at"));
    page.path("news")
        .forEach(news -> heading.append("\n  ").append(Table.printable(news.asText())));
    return heading + "\n";
  }

  private static String counts(JsonNode page) {
    return "applied by %d of %d that it concerns; not yet %d, refused by %d; unaffected %d\n"
        .formatted(
            page.path("applied").asLong(),
            page.path("affected").asLong(),
            page.path("pending").asLong(),
            page.path("refused").asLong(),
            page.path("unaffected").asLong());
  }

  /// Who has not got it, since when.
  private static String troubled(JsonNode page) {
    var troubled = Table.of("PROXY", "STATE", "SINCE", "WHY");
    for (var state : List.of("refused", "pending")) {
      in(page, state)
          .forEach(proxy ->
              troubled.row(Table.text(proxy, "node"), state, Table.text(page, "at"), why(proxy)));
    }
    return troubled.isEmpty() ? "" : troubled.toString();
  }

  private static String unaffected(JsonNode page) {
    return in(page, "unaffected")
        .map(proxy ->
            "unaffected: %s: %s\n".formatted(Table.text(proxy, "node"), Table.text(proxy, "why")))
        .collect(Collectors.joining());
  }

  private static Stream<JsonNode> in(JsonNode page, String state) {
    return StreamSupport.stream(page.path("proxies").spliterator(), false)
        .filter(proxy -> proxy.path("state").asText().equals(state));
  }

  private static String why(JsonNode proxy) {
    var why = new StringBuilder(Table.text(proxy, "why"));
    for (var lack : proxy.path("lacking")) {
      if (!lack.path("refusal").isNull()) {
        why.append("; ")
            .append(Table.text(lack, "type"))
            .append(" ")
            .append(Table.text(lack, "name"))
            .append(": ")
            .append(Table.text(lack, "refusal"));
      }
    }
    return why.toString();
  }
}
