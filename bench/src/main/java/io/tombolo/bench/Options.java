package io.tombolo.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;

/// How large a mesh, how many proxies, how long.
///
/// @param changes of the churn, one at a time
/// @param rate changes a second of the sustained load
/// @param training without kills, and asked to end at the end
record Options(
    int services,
    int endpoints,
    int proxies,
    int changes,
    int rate,
    Duration duration,
    Duration rest,
    Path out,
    boolean training) {
  static final String USAGE =
      """
      bench/run [--quick] [--services N] [--endpoints N] [--proxies N] [--changes N]
                [--rate N] [--seconds N] [--rest SECONDS] [--out FILE]\
      """;

  private static final Options FULL =
      new Options(
          1000,
          10,
          200,
          50,
          20,
          Duration.ofSeconds(60),
          Duration.ofSeconds(20),
          Path.of("target/bench.json"),
          false);

  private static final Options QUICK =
      new Options(
          200,
          10,
          50,
          20,
          20,
          Duration.ofSeconds(15),
          Duration.ofSeconds(5),
          Path.of("target/bench.json"),
          false);

  /// @throws IllegalArgumentException with what is wrong
  static Options of(String... arguments) {
    var options = Arrays.asList(arguments).contains("--quick") ? QUICK : FULL;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--train")) {
        options = options.forTraining();
      } else if (!arguments[i].equals("--quick")) {
        if (i + 1 == arguments.length) {
          throw new IllegalArgumentException(arguments[i] + ": a value is missing");
        }
        options = options.with(arguments[i], arguments[++i]);
      }
    }
    return options.checked();
  }

  private Options forTraining() {
    return new Options(services, endpoints, proxies, changes, rate, duration, rest, out, true);
  }

  private Options checked() {
    if (services < 1 || endpoints < 2 || proxies < 1) {
      throw new IllegalArgumentException("at least 1 service, 2 endpoints and 1 proxy");
    }
    if (proxies > services * (endpoints - 1)) {
      throw new IllegalArgumentException(
          "%d proxies need more endpoints: each stands for one, and the last of a service moves"
              .formatted(proxies));
    }
    return this;
  }

  private Options with(String name, String value) {
    if (name.equals("--out")) {
      return new Options(
          services, endpoints, proxies, changes, rate, duration, rest, Path.of(value), training);
    }
    int n = Integer.parseInt(value);
    var seconds = Duration.ofSeconds(n);
    return switch (name) {
      case "--services" ->
          new Options(n, endpoints, proxies, changes, rate, duration, rest, out, training);
      case "--endpoints" ->
          new Options(services, n, proxies, changes, rate, duration, rest, out, training);
      case "--proxies" ->
          new Options(services, endpoints, n, changes, rate, duration, rest, out, training);
      case "--changes" ->
          new Options(services, endpoints, proxies, n, rate, duration, rest, out, training);
      case "--rate" ->
          new Options(services, endpoints, proxies, changes, n, duration, rest, out, training);
      case "--seconds" ->
          new Options(services, endpoints, proxies, changes, rate, seconds, rest, out, training);
      case "--rest" ->
          new Options(
              services, endpoints, proxies, changes, rate, duration, seconds, out, training);
      default -> throw new IllegalArgumentException(name + ": not known");
    };
  }
}
