package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.concurrent.Callable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;

/// Prints `GET /v1/routes`.
@Command(
    name = "routes",
    description = "Where requests to services go, by the routes of both worlds.",
    mixinStandardHelpOptions = true)
final class RoutesCommand implements Callable<Integer> {
  @Mixin private final Page page = new Page();

  @Override
  public Integer call() {
    return page.print("/v1/routes", RoutesCommand::text);
  }

  static String text(JsonNode page) {
    var rules = Table.of("OBJECT", "REQUESTS TO", "GO");
    var problems = Table.of("OBJECT", "PROBLEM");
    page.path("routes")
        .forEach(route -> {
          var object = Table.text(route, "object");
          route
              .path("rules")
              .forEach(
                  rule -> rules.row(object, Table.joined(route.path("parents")), rule.asText()));
          route.path("problems").forEach(problem -> problems.row(object, problem.asText()));
        });
    return rules
        + "Requests that no rule of a routed service matches are answered with 404.\n"
        + (problems.isEmpty() ? "" : "\nProblems\n" + problems);
  }
}
