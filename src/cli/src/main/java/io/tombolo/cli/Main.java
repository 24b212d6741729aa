package io.tombolo.cli;

import io.tombolo.cli.ca.CaCommand;
import io.tombolo.cli.demo.DemoCommand;
import java.io.PrintWriter;
import picocli.CommandLine;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.ParameterException;
import picocli.CommandLine.Spec;

/// The `tombolo` command. Exit codes: 0 done, 1 not done, 2 wrong usage. A command that answers by
/// its exit code says so.
@Command(
    name = "tombolo",
    description = "One service mesh over Kubernetes pods and Consul VMs.",
    mixinStandardHelpOptions = true,
    versionProvider = Version.class,
    synopsisSubcommandLabel = "COMMAND",
    subcommands = {
      DemoCommand.class,
      RunCommand.class,
      StatusCommand.class,
      CatalogCommand.class,
      IntentionsCommand.class,
      RoutesCommand.class,
      FlowsCommand.class,
      ProxiesCommand.class,
      ReceiptCommand.class,
      DecideCommand.class,
      ExplainCommand.class,
      TokenCommand.class,
      CaCommand.class,
      CertsCommand.class,
      RootsCommand.class,
      AuditCommand.class,
      BanCommand.class,
      UnbanCommand.class,
      BansCommand.class,
      FederationCommand.class,
      AgentCommand.class
    })
public final class Main implements Runnable {
  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public void run() {
    throw new ParameterException(spec.commandLine(), "which command?");
  }

  public static void main(String[] arguments) {
    System.exit(commandLine().execute(arguments));
  }

  static CommandLine commandLine() {
    return new CommandLine(new Main())
        .setExecutionExceptionHandler((failure, command, _) -> {
          report(failure, command.getErr());
          return command.getCommandSpec().exitCodeOnExecutionException();
        });
  }

  private static void report(Exception failure, PrintWriter err) {
    if (failure instanceof CommandFailed) {
      err.println("tombolo: " + failure.getMessage());
    } else {
      err.println("tombolo: this is a bug; please report it with what follows.");
      failure.printStackTrace(err);
    }
    err.flush();
  }
}
