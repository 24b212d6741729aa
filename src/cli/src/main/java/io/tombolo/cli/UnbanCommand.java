package io.tombolo.cli;

import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Parameters;

/// Lifts a ban: `DELETE /v1/bans`.
@Command(
    name = "unban",
    description =
        "Lifts a ban. The agent joins again by itself; on a VM it takes a new join token.",
    mixinStandardHelpOptions = true)
final class UnbanCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Parameters(
      index = "0",
      paramLabel = "IDENTITY|NODE",
      description = "As it was banned; see: tombolo bans.")
  private String subject = "";

  @Override
  public Integer call() {
    try (var controlPlane = page.access().connect()) {
      page.show(
          controlPlane.delete("/v1/bans", Map.of("subject", subject)),
          ban -> "%s is not banned any more%n".formatted(Table.text(ban, "subject")));
    }
    return 0;
  }
}
