package io.tombolo.cli.ca;

import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// What a person brings to the authority, and takes from it.
@Command(
    name = "ca",
    description = {
      "Has the control plane's intermediate signed by a root that is kept elsewhere.",
      "Works on the state directory: run it on the control plane's host, as its user."
    },
    mixinStandardHelpOptions = true,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {RequestCommand.class, ImportCommand.class, ImportRootCommand.class})
public final class CaCommand implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }
}
