package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.PrintWriter;
import java.util.Map;
import java.util.function.Function;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Prints an answer of the control plane, for people or as JSON.
final class Page {
  @Mixin private final Access access = new Access();

  @Option(names = "--json", description = "Print the answer as JSON.")
  private boolean json;

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  int print(String path, Function<JsonNode, String> text) {
    return print(path, Map.of(), text);
  }

  int print(String path, Map<String, String> query, Function<JsonNode, String> text) {
    try (var controlPlane = access.connect()) {
      show(controlPlane.get(path, query), text);
      return 0;
    }
  }

  /// @param answer asked for with the client of [#access]
  void show(JsonNode answer, Function<JsonNode, String> text) {
    PrintWriter out = spec.commandLine().getOut();
    out.print(json ? answer.toPrettyString() + "\n" : text.apply(answer));
    out.flush();
  }

  Access access() {
    return access;
  }
}
