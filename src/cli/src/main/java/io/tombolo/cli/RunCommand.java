package io.tombolo.cli;

import java.util.concurrent.Callable;
import picocli.CommandLine.Command;

/// Stands for what the launcher does itself, so that it is in the help.
@Command(
    name = "run",
    mixinStandardHelpOptions = true,
    description = {
      "Runs the control plane in the foreground, as it is configured:",
      "config/application.properties in the working directory, environment (TOMBOLO_TRUST_DOMAIN),"
          + " and flags: -Dtombolo.trust-domain=shop.example or --trust-domain=shop.example."
    })
final class RunCommand implements Callable<Integer> {
  @Override
  public Integer call() {
    throw new CommandFailed(
        "the launcher ./tombolo runs the control plane; or start it with java -jar"
            + " src/server/target/quarkus-app/quarkus-run.jar");
  }
}
