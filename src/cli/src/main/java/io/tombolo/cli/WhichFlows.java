package io.tombolo.cli;

import java.time.Duration;
import java.time.format.DateTimeParseException;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// Which of the flows that were seen a command is about.
final class WhichFlows {
  @Option(
      names = "--namespace",
      paramLabel = "NAMESPACE",
      description = "Only calls to services of this namespace.")
  private String namespace = "";

  @Option(
      names = "--since",
      paramLabel = "TIME",
      description = "Only calls that were seen within this time, such as 90m or 24h.")
  private String since = "";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  Map<String, String> query() {
    var query = new LinkedHashMap<String, String>();
    if (!namespace.isEmpty()) {
      query.put("namespace", namespace);
    }
    if (!since.isEmpty()) {
      query.put("since", Long.toString(seconds()));
    }
    return query;
  }

  private long seconds() {
    try {
      return Duration.parse("PT" + since.toUpperCase(Locale.ROOT)).toSeconds();
    } catch (DateTimeParseException unreadable) {
      throw new ParameterException(
          spec.commandLine(), "--since: must be a time such as 90m or 24h", unreadable);
    }
  }

  /// Says that not all are shown; empty if they are.
  static String more(long total, long shown) {
    return total > shown ? "... and %d more%n".formatted(total - shown) : "";
  }
}
