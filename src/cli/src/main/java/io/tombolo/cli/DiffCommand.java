package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.HashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Compares two sets of policies: `POST /v1/intentions/diff`.
@Command(
    name = "diff",
    description = {
      "Do two sets of policies decide every request alike? If not, prints for each port of each"
          + " service a request that only one of them allows.",
      "Each is a file or a directory, in the formats that tombolo.directory reads, or \"live\" for"
          + " what is in force.",
      "Exit codes: 0 they do, 1 they do not, 2 it could not be found out."
    },
    exitCodeOnExecutionException = DiffCommand.NOT_KNOWN,
    mixinStandardHelpOptions = true)
final class DiffCommand implements Callable<Integer> {
  static final int NOT_KNOWN = 2;
  private static final int DIFFERENT = 1;

  @Mixin private final Page page = new Page();

  @Parameters(index = "0", paramLabel = "A", description = "A file, a directory, or live.")
  private String a = "";

  @Parameters(index = "1", paramLabel = "B", description = "The same.")
  private String b = "";

  @Mixin private final WhoseFiles whose = new WhoseFiles();

  @Option(
      names = "--mode-a",
      paramLabel = "strict|consul-compat",
      description = "How the intentions of A are read (default: as in the mesh).")
  private @Nullable String modeA;

  @Option(names = "--mode-b", paramLabel = "strict|consul-compat", description = "Those of B.")
  private @Nullable String modeB;

  @Option(
      names = "--default-a",
      paramLabel = "allow|deny",
      description = "What holds in A for calls that no intention is about; strict denies.")
  private @Nullable String defaultA;

  @Option(names = "--default-b", paramLabel = "allow|deny", description = "The same in B.")
  private @Nullable String defaultB;

  @Override
  public Integer call() {
    var body = new HashMap<String, @Nullable Object>();
    body.put("a", side(a, modeA, defaultA));
    body.put("b", side(b, modeB, defaultB));
    whose.putInto(body);
    try (var controlPlane = page.access().connect()) {
      var diff = controlPlane.post("/v1/intentions/diff", body);
      page.show(diff, DiffCommand::text);
      return !diff.path("different").isEmpty()
          ? DIFFERENT
          : diff.path("undecided").isEmpty() ? 0 : NOT_KNOWN;
    }
  }

  private Map<String, Object> side(
      String named, @Nullable String mode, @Nullable String byDefault) {
    var side = new HashMap<String, Object>();
    side.put("apply", whose.apply());
    if (!named.equals("live")) {
      side.put("files", PolicyFiles.at(named));
    }
    if (mode != null) {
      side.put("mode", mode);
    }
    if (byDefault != null) {
      side.put("byDefault", byDefault);
    }
    return side;
  }

  static String text(JsonNode diff) {
    var text = new StringBuilder();
    text.append("a: %s%nb: %s%n".formatted(Table.text(diff, "a"), Table.text(diff, "b")));
    diff.path("different").forEach(row -> text.append('\n').append(difference(row)));
    diff.path("undecided")
        .forEach(row ->
            text.append(
                "%n%s port %s: not known: %s%n"
                    .formatted(
                        Table.text(row, "service"),
                        Table.text(row, "port"),
                        Table.text(row, "why"))));
    return text.append(
            "%n%s ports of services: equal; %d: different; %d: not known%n"
                .formatted(
                    Table.text(diff, "equal"),
                    diff.path("different").size(),
                    diff.path("undecided").size()))
        .toString();
  }

  private static String difference(JsonNode row) {
    return "%s port %s: different%n  %s%n%s  a: %s%n  b: %s%n"
        .formatted(
            Table.text(row, "service"),
            Table.text(row, "port"),
            command(row),
            claims(row.path("claims")),
            answer(row.path("a")),
            answer(row.path("b")));
  }

  /// The command that asks about the same request.
  private static String command(JsonNode row) {
    var command = new StringBuilder("tombolo decide ");
    command.append(ShellWord.of(row.path("source").asText()));
    command.append(' ').append(ShellWord.of(row.path("destination").asText()));
    if (!row.path("method").isNull()) {
      command.append(' ').append(ShellWord.of(row.path("method").asText()));
      command.append(' ').append(ShellWord.of(row.path("path").asText()));
    }
    row.path("headers")
        .properties()
        .forEach(header ->
            header
                .getValue()
                .forEach(value ->
                    command
                        .append(" -H ")
                        .append(ShellWord.of(header.getKey() + ": " + value.asText()))));
    return command.append(" --port ").append(row.path("port").asInt()).toString();
  }

  private static String claims(JsonNode claims) {
    var text = new StringBuilder();
    claims
        .properties()
        .forEach(provider ->
            provider
                .getValue()
                .properties()
                .forEach(claim ->
                    text.append(
                        "  with a token of %s whose %s is %s%n"
                            .formatted(
                                Table.printable(provider.getKey()),
                                Table.printable(claim.getKey()),
                                Table.joined(claim.getValue())))));
    return text.toString();
  }

  private static String answer(JsonNode answer) {
    return "%s by %s"
        .formatted(
            answer.path("allowed").asBoolean() ? "allowed" : "denied", Table.text(answer, "why"));
  }
}
