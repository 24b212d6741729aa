package io.tombolo.cli.demo;

import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.concurrent.Callable;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.logging.FileHandler;
import java.util.logging.LogManager;
import java.util.logging.Logger;
import java.util.logging.SimpleFormatter;
import picocli.CommandLine.Command;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// Shows the mesh at work on this machine.
@Command(
    name = "demo",
    description = {
      "Runs two worlds on this machine: the control plane, two mesh gateways, four workloads with"
          + " real Envoys, and calls between them. Needs no root.",
      "It stays until Ctrl-C, with a status page, and removes everything then."
    },
    mixinStandardHelpOptions = true)
public final class DemoCommand implements Callable<Integer> {
  private static final long SECONDS_BETWEEN_LOOKS = 1;

  @Option(
      names = "--once",
      description = "End after the calls: exit code 0 only if every one went as it should.")
  private boolean once;

  @Spec private CommandSpec spec = CommandSpec.create();

  @Override
  public Integer call() throws InterruptedException, IOException {
    var out = spec.commandLine().getOut();
    var home = home();
    var workspace = Workspace.create();
    logTo(workspace.logs().resolve("agents.log"));
    var stage = new Stage(workspace);
    var run = new Run(stage, out);
    Runtime.getRuntime().addShutdownHook(new Thread(run::end, "end of the demo"));
    try {
      run.well.set(play(home, stage, out, run));
      return run.well.get() ? 0 : 1;
    } catch (CommandFailed failed) {
      run.well.set(false);
      throw failed;
    } finally {
      run.end();
    }
  }

  /// One run of the demo, which is ended once: at its end, or by Ctrl-C.
  private static final class Run {
    private final Stage stage;
    private final PrintWriter out;
    private final AtomicBoolean well = new AtomicBoolean();
    private final AtomicBoolean ended = new AtomicBoolean();

    Run(Stage stage, PrintWriter out) {
      this.stage = stage;
      this.out = out;
    }

    /// Ends what runs; keeps the logs if something went wrong.
    void end() {
      if (ended.compareAndSet(false, true)) {
        stage.close();
        if (well.get()) {
          stage.workspace().delete();
        } else {
          stage.workspace().deleteAllButLogs();
          out.println("The logs are in " + stage.workspace().logs());
          out.flush();
        }
      }
    }
  }

  private boolean play(Path home, Stage stage, PrintWriter out, Run run)
      throws InterruptedException {
    var wrong = new Demo(home, System.getenv(), stage, new Progress(out)).play();
    report(wrong, out);
    run.well.set(wrong.isEmpty());
    while (!once) {
      Thread.sleep(SECONDS_BETWEEN_LOOKS * 1000);
      stage.check();
    }
    return wrong.isEmpty();
  }

  private void report(List<String> wrong, PrintWriter out) {
    if (wrong.isEmpty()) {
      out.println("Every call went as it should.");
    } else {
      out.println("NOT as it should be:");
      wrong.forEach(what -> out.println("  " + what));
    }
    if (!once) {
      out.println("Ctrl-C ends it and removes everything.");
    }
    out.flush();
  }

  private static Path home() {
    var home = Path.of(System.getProperty("tombolo.home", "")).toAbsolutePath();
    if (!Files.isDirectory(home.resolve("examples/two-worlds"))) {
      throw new CommandFailed(
          home + " is not Tombolo's directory; run the demo by its launcher, ./tombolo demo");
    }
    return home;
  }

  /// The agents run in this process; what they log goes to a file.
  private static void logTo(Path file) throws IOException {
    LogManager.getLogManager().reset();
    var handler = new FileHandler(file.toString());
    handler.setFormatter(new SimpleFormatter());
    Logger.getLogger("").addHandler(handler);
  }
}
