package io.tombolo.cli.ca;

import io.tombolo.identity.BroughtRoot;
import java.nio.file.Path;
import java.time.Instant;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;

/// Brings a root and its key.
@Command(
    name = "import-root",
    description = {
      "Brings a root and its key, for the built-in CA (tombolo.ca.intermediate.source=builtin).",
      "Before the first start it is the root of the mesh; later, the one that the next rollover"
          + " leads to. The key is sealed in the state directory: delete the file afterwards."
    },
    mixinStandardHelpOptions = true)
final class ImportRootCommand implements Callable<Integer> {
  @Mixin private final StateDirectory state = new StateDirectory();

  @Parameters(index = "0", paramLabel = "ROOT", description = "The certificate, in PEM.")
  private Path root = Path.of("");

  @Option(
      names = "--key",
      paramLabel = "FILE",
      required = true,
      description = "Its private key in PEM, not encrypted.")
  private Path key = Path.of("");

  @Override
  public Integer call() {
    state.run(ca -> {
      var certificates = StateDirectory.certificates(root);
      if (certificates.size() != 1) {
        throw new IllegalArgumentException(
            "%s: has %d certificates; give the root alone".formatted(root, certificates.size()));
      }
      BroughtRoot.bring(ca, certificates.getFirst(), StateDirectory.text(key), Instant.now());
      return "%s is sealed; delete %s now%n"
          .formatted(certificates.getFirst().getSubjectX500Principal(), key);
    });
    return 0;
  }
}
