package io.tombolo.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.Callable;
import picocli.CommandLine.ArgGroup;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Option;

/// Asks for a join token: `POST /v1/tokens`.
@Command(
    name = "token",
    description =
        "Makes a one-use token by which an agent joins. It is a secret: hand it over safely.",
    mixinStandardHelpOptions = true)
final class TokenCommand implements Callable<Integer> {
  /// Exactly one of them.
  static final class Bearer {
    @Option(
        names = "--workload",
        paramLabel = "NODE",
        description = "For one workload: <world>/<source>/<namespace>/<instance>.")
    private String workload = "";

    @Option(
        names = "--service",
        paramLabel = "SERVICE",
        description = "For any instance of a service that runs under one identity.")
    private String service = "";

    @Option(
        names = "--gateway",
        paramLabel = "NETWORK",
        description = "For the mesh gateways of a network.")
    private String gateway = "";
  }

  @Mixin private final Page page = new Page();

  @ArgGroup(multiplicity = "1")
  private Bearer bearer = new Bearer();

  @Option(
      names = "--host",
      paramLabel = "ADDRESS",
      description = "The only address it may be used from (default: any).")
  private String host = "";

  @Option(
      names = "--ttl",
      paramLabel = "SECONDS",
      description = "How long it holds, at most 600 (default: ${DEFAULT-VALUE}).",
      defaultValue = "600")
  private int ttl;

  @Override
  public Integer call() {
    var request = new LinkedHashMap<String, Object>();
    put(request, "workload", bearer.workload);
    put(request, "service", bearer.service);
    put(request, "gateway", bearer.gateway);
    put(request, "host", host);
    request.put("ttlSeconds", ttl);
    try (var controlPlane = page.access().connect()) {
      page.show(controlPlane.post("/v1/tokens", request), TokenCommand::text);
    }
    return 0;
  }

  private static void put(Map<String, Object> request, String field, String value) {
    if (!value.isEmpty()) {
      request.put(field, value);
    }
  }

  /// The token alone, so that it can be written to a file.
  static String text(JsonNode token) {
    return Table.text(token, "token") + "\n";
  }
}
