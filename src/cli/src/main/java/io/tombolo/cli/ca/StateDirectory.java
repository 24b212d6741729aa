package io.tombolo.cli.ca;

import io.tombolo.cli.CommandFailed;
import io.tombolo.identity.CaState;
import io.tombolo.identity.DirectoryKeyVault;
import io.tombolo.identity.KekSource;
import io.tombolo.identity.Pem;
import io.tombolo.identity.PrivateFiles;
import io.tombolo.identity.StateUnusable;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.io.PrintWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Spec;

/// The options by which a command finds the state of the authority.
final class StateDirectory {
  @Option(
      names = "--state",
      paramLabel = "DIRECTORY",
      description =
          "The control plane's state directory, made if it is not there (default:"
              + " ${DEFAULT-VALUE}; also TOMBOLO_STATE).",
      defaultValue = "${env:TOMBOLO_STATE:-state}")
  private Path state = Path.of("state");

  @Option(
      names = "--trust-domain",
      paramLabel = "NAME",
      required = true,
      description = "The control plane's tombolo.trust-domain (also TOMBOLO_TRUST_DOMAIN).",
      defaultValue = "${env:TOMBOLO_TRUST_DOMAIN}")
  private String trustDomain = "";

  @Spec(Spec.Target.MIXEE)
  private CommandSpec spec = CommandSpec.create();

  /// Something to do with the state.
  interface Task {
    /// @return what to print
    String with(CaState state) throws IOException;
  }

  /// Does it, and prints what it comes to.
  void run(Task task) {
    String said;
    try {
      PrivateFiles.directory(state);
      var ca = state.resolve("ca");
      said =
          task.with(
              new CaState(
                  new DirectoryKeyVault(ca),
                  new KekSource.InFile(ca.resolve("kek")),
                  new TrustDomain(trustDomain)));
    } catch (IOException | StateUnusable | IllegalArgumentException refused) {
      throw new CommandFailed(String.valueOf(refused.getMessage()), refused);
    }
    PrintWriter out = spec.commandLine().getOut();
    out.print(said);
    out.flush();
  }

  static List<X509Certificate> certificates(Path file) throws IOException {
    try {
      return Pem.parse(text(file));
    } catch (IllegalArgumentException notPem) {
      throw new IllegalArgumentException(file + ": " + notPem.getMessage(), notPem);
    }
  }

  static String text(Path file) throws IOException {
    try {
      return Files.readString(file, StandardCharsets.ISO_8859_1);
    } catch (NoSuchFileException absent) {
      throw new IOException("there is no file " + file, absent);
    }
  }
}
