package io.tombolo.cli;

import java.util.LinkedHashMap;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Prints `GET /v1/intentions/learned`: the objects on standard output, to be put into a file; what
/// is not in them on standard error.
@Command(
    name = "learn",
    description = {
      "The fewest intentions that allow the calls which were seen and allowed, and no other"
          + " caller.",
      "Read them before you apply them: what was allowed by mistake is in them too."
    },
    mixinStandardHelpOptions = true)
final class LearnCommand implements Callable<Integer> {
  enum Kind {
    yaml,
    consul
  }

  @Mixin private final Access access = new Access();
  @Mixin private final WhichFlows which = new WhichFlows();

  @Option(
      names = "--as",
      paramLabel = "KIND",
      defaultValue = "yaml",
      description =
          "As Intentions of Kubernetes (yaml) or as service-intentions entries (consul); default:"
              + " ${DEFAULT-VALUE}.")
  private Kind as = Kind.yaml;

  @Option(
      names = "--requests",
      description = {
        "With the methods and paths that were seen. Of each method up to 16 paths as they are; if",
        "there are more, all below the directory that they have in common."
      })
  private boolean requests;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() {
    var query = new LinkedHashMap<>(which.query());
    query.put("as", as.name());
    query.put("requests", Boolean.toString(requests));
    try (var controlPlane = access.connect()) {
      var answer = controlPlane.get("/v1/intentions/learned", query);
      var out = spec.commandLine().getOut();
      out.print(answer.path("text").asText());
      out.flush();
      var err = spec.commandLine().getErr();
      answer
          .path("left")
          .forEach(left -> err.println("Not in it: " + Table.printable(left.asText())));
      err.print(FlowsCommand.lost(answer.path("lost")));
      err.flush();
      return 0;
    }
  }
}
