package io.tombolo.agent;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.io.File;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;

/// Starts Envoy.
///
/// @param envoy the binary
/// @param workers how many threads carry traffic
public record ProxyLauncher(Path envoy, int workers) {
  private static final String CACHED = ".cache/tombolo/parts/envoy";

  /// A launcher of the Envoy on this machine: `ENVOY`, else the `PATH`, else what the project's
  /// installer put into the cache.
  ///
  /// @throws IllegalStateException if there is none; the message says where it was looked for
  public static ProxyLauncher found(Map<String, String> environment, int workers) {
    var named = environment.get("ENVOY");
    if (named != null && !named.isBlank()) {
      if (!Files.isExecutable(Path.of(named))) {
        throw new IllegalStateException("ENVOY names " + named + ", which is not executable");
      }
      return new ProxyLauncher(Path.of(named), workers);
    }
    var path = environment.getOrDefault("PATH", "").split(File.pathSeparator);
    var inPath = Arrays.stream(path).filter(d -> !d.isEmpty()).map(d -> Path.of(d, "envoy"));
    var cached = Path.of(environment.getOrDefault("HOME", "/"), CACHED);
    return Stream.concat(inPath, Stream.of(cached))
        .filter(one -> Files.isRegularFile(one) && Files.isExecutable(one))
        .findFirst()
        .map(one -> new ProxyLauncher(one, workers))
        .orElseThrow(() ->
            new IllegalStateException(
                "no Envoy: ENVOY is not set, the PATH has none, and there is no " + cached));
  }

  /// Starts Envoy with a bootstrap. It is not started again if it ends.
  ///
  /// @param log the file it writes its log to
  public LaunchedProxy start(Path bootstrap, Path log) throws IOException {
    var command = new ArrayList<>(command(bootstrap));
    command.addAll(List.of("--concurrency", Integer.toString(workers), "--use-dynamic-base-id"));
    command.addAll(List.of("--log-path", log.toString()));
    var process =
        new ProcessBuilder(command)
            .redirectErrorStream(true)
            .redirectOutput(ProcessBuilder.Redirect.appendTo(log.toFile()))
            .start();
    process.getOutputStream().close();
    return new LaunchedProxy(process, log);
  }

  /// Has Envoy check a bootstrap.
  ///
  /// @return what it printed
  /// @throws IllegalArgumentException if it does not accept it
  public String validate(Path bootstrap) throws IOException, InterruptedException {
    var command = new ArrayList<>(command(bootstrap));
    command.addAll(List.of("--mode", "validate"));
    var process = new ProcessBuilder(command).redirectErrorStream(true).start();
    var printed = new String(process.getInputStream().readAllBytes(), UTF_8);
    if (process.waitFor() != 0) {
      throw new IllegalArgumentException("Envoy does not accept " + bootstrap + ":\n" + printed);
    }
    return printed;
  }

  private List<String> command(Path bootstrap) {
    return List.of(envoy.toString(), "-c", bootstrap.toString());
  }
}
