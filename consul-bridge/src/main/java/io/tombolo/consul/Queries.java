package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.function.Function;
import java.util.stream.Collectors;

/// What is asked of Consul: seven blocking queries, which together show every change that matters,
/// and the instances of one service.
///
/// | what changes | which index moves (tried with Consul 1.22) |
/// |---|---|
/// | an instance comes, goes, or is registered anew | the list of services |
/// | a check's status, maintenance | the checks |
/// | a node's address or meta | the nodes |
/// | an intention, a provider of tokens, a protocol | the config entries of that kind |
final class Queries implements AutoCloseable {
  /// Checks that pass are not sent: one that fails in thousands is a short answer.
  private static final String TROUBLES = "/v1/health/state/any?filter=Status+%21%3D+%22passing%22";

  private final ConsulApi api;
  private final ServiceList services;

  Queries(ConsulSource.Settings settings) throws IOException {
    this.api = new ConsulApi(settings);
    this.services = new ServiceList(settings);
  }

  List<Watch.Query> signals() {
    return List.of(
        this::services,
        index -> heard(TROUBLES, index, Queries::troubles),
        index -> heard("/v1/catalog/nodes", index, Queries::nodes),
        config(ServiceIntentions.KIND),
        config(JwtProviderEntry.KIND),
        config(Protocols.SERVICE_DEFAULTS),
        config(Protocols.PROXY_DEFAULTS));
  }

  private Watch.Heard services(long index) throws IOException {
    var listed = services.readAfter(index);
    return new Watch.Heard(new News.Services(listed.names()), listed.index());
  }

  private Watch.Query config(String kind) {
    return index ->
        heard("/v1/config/" + kind, index, body -> new News.Config(kind, elements(body)));
  }

  private Watch.Heard heard(String path, long index, Function<JsonNode, News> meaning)
      throws IOException, InterruptedException {
    var answer = api.readAfter(path, index);
    return new Watch.Heard(meaning.apply(answer.body()), answer.index());
  }

  private static News troubles(JsonNode body) {
    return new News.Troubles(
        elements(body).stream()
            .map(check -> Instance.Trouble.of(Fields.of("", check)))
            .collect(Collectors.toUnmodifiableSet()));
  }

  private static News nodes(JsonNode body) {
    return new News.Nodes(
        elements(body).stream()
            .map(node -> Instance.Node.of(Fields.of("", node)))
            .collect(Collectors.toUnmodifiableMap(Instance.Node::name, node -> node)));
  }

  /// The instances of a service in the order in which they were registered.
  ///
  /// @param service a DNS label: others are never asked for
  List<Instance> instances(String service) throws IOException, InterruptedException {
    var rows = new ArrayList<>(elements(api.read("/v1/health/service/" + service).body()));
    rows.sort(Comparator.comparingLong(row -> row.path("Service").path("CreateIndex").asLong()));
    return rows.stream().map(Instance::ofHealth).toList();
  }

  private static List<JsonNode> elements(JsonNode body) {
    return body.valueStream().toList();
  }

  @Override
  public void close() throws IOException {
    api.close();
    services.close();
  }
}
