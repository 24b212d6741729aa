package io.tombolo.server.admin;

import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/// What the REST API answers, as it appears in JSON. Times are ISO-8601 in UTC.
final class Pages {
  private Pages() {}

  record Status(
      String version,
      String trustDomain,
      long revision,
      boolean ready,
      List<SourceState> sources,
      int proxies,
      int services,
      int endpoints,
      int refused) {}

  /// @param state `pending`, `synced`, `stale` or `failed`
  record SourceState(String id, String state, @Nullable String since, @Nullable String why) {}

  record CatalogPage(
      long revision,
      List<ServicePage> services,
      List<Clash> clashes,
      List<Quarantined> quarantined,
      List<Refused> refused) {}

  /// @param enforcement what intentions about it do: `permissive`, `audit` or `enforce`
  /// @param enforcementAsked what it asks for; null if it says nothing
  record ServicePage(
      String id,
      String world,
      String source,
      String namespace,
      String name,
      List<PortPage> ports,
      List<String> consulNames,
      Map<String, String> labels,
      boolean exported,
      String httpProfile,
      String enforcement,
      @Nullable String enforcementAsked,
      List<EndpointPage> endpoints) {}

  record PortPage(String name, int number, String protocol) {}

  record EndpointPage(
      String instance,
      String identity,
      String portName,
      String address,
      int port,
      String network,
      String zone,
      String health,
      int weight) {}

  record Clash(String name, List<String> claimants, String choice, String outcome) {}

  record Quarantined(String service, String row, String reason) {}

  record Refused(String source, String what, String reason) {}

  /// @param byDefault what becomes of what no intention is about: `allow` or `deny`
  /// @param inConsul the objects of Kubernetes that are written through
  record IntentionsPage(
      long revision,
      String byDefault,
      List<IntentionPage> intentions,
      List<Rejected> rejected,
      List<WrittenThrough> inConsul) {}

  /// @param message where it is written, or why not
  record WrittenThrough(String object, boolean written, String message) {}

  record FindingsPage(long revision, List<FindingPage> findings) {}

  /// @param code stable
  /// @param where a port of a service, if it is so there alone
  record FindingPage(
      String code, boolean error, String writtenIn, @Nullable String where, String meaning) {}

  record IntentionPage(
      String source, String destination, String action, int precedence, String writtenIn) {}

  /// @param inForce how many rules of an earlier, accepted version stay in force
  record Rejected(String object, List<String> problems, int inForce) {}

  record RoutesPage(long revision, List<RoutePage> routes) {}

  /// @param parents services, with the port if it is about one
  /// @param rules what is in force, each in a line
  /// @param problems why it is not in force as it is written, and what it points to in vain
  record RoutePage(
      String object, List<String> parents, List<String> rules, List<String> problems) {}

  /// @param rule null if no rule matched
  record DecisionPage(
      String source, String destination, boolean allowed, @Nullable String rule, String text) {}

  record ProxiesPage(long revision, List<ProxyPage> proxies) {}

  record ProxyPage(
      String node,
      String identity,
      String role,
      String network,
      String connectedAt,
      long applied,
      @Nullable String appliedAt,
      List<TypePage> types,
      List<String> declined) {}

  record TypePage(
      String type, long sent, long acked, @Nullable String ackedAt, List<Refusal> refused) {}

  /// What a proxy did not take, and what it said.
  record Refusal(List<String> resources, String message, String at) {}

  /// @param at null if it is not known any more what the revision changed
  /// @param affected how many proxies it concerns
  record ReceiptPage(
      long revision,
      @Nullable String at,
      List<String> news,
      long affected,
      long applied,
      long pending,
      long refused,
      long unaffected,
      List<StandingPage> proxies) {}

  /// @param state `applied`, `unaffected`, `pending` or `refused`
  record StandingPage(
      String node,
      String identity,
      String state,
      String why,
      String since,
      @Nullable String lostAt,
      List<LackPage> lacking) {}

  /// @param refusal what the proxy said against it; null if nothing
  record LackPage(String type, String name, @Nullable String refusal, @Nullable String refusedAt) {}

  record TokenRequest(
      @Nullable String workload,
      @Nullable String service,
      @Nullable String gateway,
      @Nullable String host,
      @Nullable Integer ttlSeconds) {}

  record TokenPage(String token, String identity, String node, String expires) {}

  record Problem(String error) {}
}
