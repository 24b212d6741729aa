package io.tombolo.bench;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import java.util.Objects;

/// How large a mesh, how many proxies, how long.
///
/// @param numbers by the name of the option
/// @param training without kills, and asked to end at the end
record Options(Map<String, Integer> numbers, Path out, boolean training) {
  static final String USAGE =
      """
      bench/run [--quick] [--train] [--services N] [--endpoints N] [--proxies N] [--changes N]
                [--rate N] [--seconds N] [--rest SECONDS] [--out FILE]\
      """;

  private static final Path OUT = Path.of("target/bench.json");
  private static final Options FULL =
      new Options(
          Map.of(
              "--services", 1000,
              "--endpoints", 10,
              "--proxies", 200,
              "--changes", 50,
              "--rate", 20,
              "--seconds", 60,
              "--rest", 20),
          OUT,
          false);
  private static final Options QUICK =
      new Options(
          Map.of(
              "--services", 200,
              "--endpoints", 10,
              "--proxies", 50,
              "--changes", 20,
              "--rate", 20,
              "--seconds", 15,
              "--rest", 5),
          OUT,
          false);

  Options {
    numbers = Map.copyOf(numbers);
  }

  /// @throws IllegalArgumentException with what is wrong
  static Options of(String... arguments) {
    var options = Arrays.asList(arguments).contains("--quick") ? QUICK : FULL;
    for (int i = 0; i < arguments.length; i++) {
      if (arguments[i].equals("--train")) {
        options = new Options(options.numbers, options.out, true);
      } else if (!arguments[i].equals("--quick")) {
        if (i + 1 == arguments.length) {
          throw new IllegalArgumentException(arguments[i] + ": a value is missing");
        }
        options = options.with(arguments[i], arguments[++i]);
      }
    }
    return options.checked();
  }

  private Options checked() {
    if (services() < 1 || endpoints() < 2 || proxies() < 1) {
      throw new IllegalArgumentException("at least 1 service, 2 endpoints and 1 proxy");
    }
    if (proxies() > services() * (endpoints() - 1)) {
      throw new IllegalArgumentException(
          "%d proxies need more endpoints: each stands for one, and the last of a service moves"
              .formatted(proxies()));
    }
    return this;
  }

  private Options with(String name, String value) {
    if (name.equals("--out")) {
      return new Options(numbers, Path.of(value), training);
    }
    int n = Integer.parseInt(value);
    if (!numbers.containsKey(name)) {
      throw new IllegalArgumentException(name + ": not known");
    }
    var changed = new HashMap<>(numbers);
    changed.put(name, n);
    return new Options(changed, out, training);
  }

  int services() {
    return number("--services");
  }

  int endpoints() {
    return number("--endpoints");
  }

  int proxies() {
    return number("--proxies");
  }

  /// Of the churn, one at a time.
  int changes() {
    return number("--changes");
  }

  /// Changes a second of the sustained load.
  int rate() {
    return number("--rate");
  }

  Duration duration() {
    return Duration.ofSeconds(number("--seconds"));
  }

  Duration rest() {
    return Duration.ofSeconds(number("--rest"));
  }

  private int number(String name) {
    return Objects.requireNonNull(numbers.get(name));
  }
}
