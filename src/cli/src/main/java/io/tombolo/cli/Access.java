package io.tombolo.cli;

import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.net.URI;
import java.nio.file.AccessDeniedException;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import picocli.CommandLine.Option;

/// The options by which a command finds the control plane.
final class Access {
  @Option(
      names = "--url",
      paramLabel = "URL",
      description = "The control plane's admin port (default: ${DEFAULT-VALUE}).",
      defaultValue = "${env:TOMBOLO_URL:-http://127.0.0.1:15014}")
  private URI url = URI.create("http://127.0.0.1:15014");

  @Option(
      names = "--state",
      paramLabel = "DIRECTORY",
      description =
          "The control plane's state directory, for its admin.token (default: ${DEFAULT-VALUE};"
              + " also TOMBOLO_STATE).",
      defaultValue = "${env:TOMBOLO_STATE:-state}")
  private Path state = Path.of("state");

  AdminClient connect() {
    var host = url.getHost();
    if (host == null || !("http".equals(url.getScheme()) || "https".equals(url.getScheme()))) {
      throw new CommandFailed(
          "--url: \"%s\" is not an http or https URL, such as http://127.0.0.1:15014"
              .formatted(Names.printable(url.toString())));
    }
    return new AdminClient(url, token(state));
  }

  /// The admin token of a control plane on this machine.
  static String token(Path state) {
    var file = state.resolve("admin.token");
    try {
      return Files.readString(file).strip();
    } catch (NoSuchFileException missing) {
      throw new CommandFailed(
          "there is no %s. It is made at the control plane's first start, in its state directory"
                  .formatted(file.toAbsolutePath())
              + " (tombolo.state): name that with --state or TOMBOLO_STATE.",
          missing);
    } catch (AccessDeniedException denied) {
      throw new CommandFailed(
          "%s cannot be read by this user. Run the command as the control plane's user."
              .formatted(file.toAbsolutePath()),
          denied);
    } catch (IOException unreadable) {
      throw new CommandFailed(
          "%s cannot be read: %s".formatted(file.toAbsolutePath(), unreadable.getMessage()),
          unreadable);
    }
  }
}
