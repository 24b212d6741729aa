package io.tombolo.cli.ca;

import io.tombolo.identity.SignedOffline;
import java.time.Instant;
import java.util.List;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints a certificate request.
@Command(
    name = "request",
    description = {
      "Prints the certificate request of the next intermediate, to be signed elsewhere.",
      "Its key is made and sealed in the state directory. It is the same request until its"
          + " certificate is imported."
    },
    mixinStandardHelpOptions = true)
final class RequestCommand implements Callable<Integer> {
  @Mixin private final StateDirectory state = new StateDirectory();

  @Override
  public Integer call() {
    state.run(ca -> new SignedOffline(ca, List.of()).request(Instant.now()));
    return 0;
  }
}
