package io.tombolo.cli.ca;

import io.tombolo.identity.SignedOffline;
import java.nio.file.Path;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Brings what was signed.
@Command(
    name = "import",
    description = {
      "Brings the certificate that a request got, with all above it up to the root, in PEM.",
      "With tombolo.ca.intermediate.source=offline the control plane uses it within a minute."
    },
    mixinStandardHelpOptions = true)
final class ImportCommand implements Callable<Integer> {
  @Mixin private final StateDirectory state = new StateDirectory();

  @Parameters(index = "0", paramLabel = "CHAIN", description = "The file with the certificates.")
  private Path chain = Path.of("");

  @Override
  public Integer call() {
    state.run(ca -> {
      var certificates = StateDirectory.certificates(chain);
      var brought = new SignedOffline(ca, List.of()).bring(certificates, Instant.now());
      return "%s%nunder %s%nends at %s%n"
          .formatted(
              brought.chain().getFirst().getSubjectX500Principal(),
              brought.root().getSubjectX500Principal(),
              brought.chain().getFirst().getNotAfter().toInstant());
    });
    return 0;
  }
}
