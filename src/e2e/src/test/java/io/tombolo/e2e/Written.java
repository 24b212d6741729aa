package io.tombolo.e2e;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.testbed.Await;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// What a test has written to Kubernetes and Consul, as the control plane is to show it, in facts
/// such as `kubernetes/cluster-1/shop/shelf port 8080` = `http`.
final class Written {
  private static final Duration PATIENCE = Duration.ofSeconds(30);

  private final Pattern names;
  private final Map<String, String> facts = new TreeMap<>();

  /// @param names of the services that the test writes about; others do not matter
  Written(Pattern names) {
    this.names = names;
  }

  void put(String fact, String value) {
    facts.put(fact, value);
  }

  /// Forgets all facts that begin so.
  void drop(String prefix) {
    facts.keySet().removeIf(fact -> fact.startsWith(prefix));
  }

  /// Waits until the control plane shows all of it, and nothing else.
  void awaitShown(ControlPlane controlPlane) {
    Await.until(
        "the control plane shows what was written",
        PATIENCE,
        () -> {
          var shown = shownBy(controlPlane);
          if (!shown.equals(facts)) {
            throw new IllegalStateException(difference(shown));
          }
          return true;
        });
  }

  private String difference(Map<String, String> shown) {
    var all = new TreeSet<>(facts.keySet());
    all.addAll(shown.keySet());
    var text = new StringBuilder();
    for (var fact : all) {
      var want = facts.getOrDefault(fact, "nothing");
      var have = shown.getOrDefault(fact, "nothing");
      if (!want.equals(have)) {
        text.append("%n%s: %s is written, %s is shown".formatted(fact, want, have));
      }
    }
    return text.toString();
  }

  private Map<String, String> shownBy(ControlPlane controlPlane) {
    var shown = new TreeMap<String, String>();
    ours(controlPlane.get("catalog").path("services"), "name")
        .forEach(service -> addService(service, shown));
    TwoWorlds.list(controlPlane.get("routes").path("routes"))
        .forEach(route -> addRoute(route, shown));
    ours(controlPlane.get("intentions").path("intentions"), "destination")
        .forEach(rule ->
            shown.put(
                text(rule, "destination") + " rule " + text(rule, "source"), text(rule, "action")));
    return shown;
  }

  private Stream<JsonNode> ours(JsonNode array, String field) {
    return TwoWorlds.list(array)
        .filter(one -> names.matcher(text(one, field).replaceAll(".*/", "")).matches());
  }

  /// By the number in its first rule.
  private static void addRoute(JsonNode route, Map<String, String> shown) {
    var step = route.path("rules").path(0).asText().replaceAll(".*x-step=([0-9]+) .*", "$1");
    shown.put(text(route, "object").replaceAll(".*/", ""), step);
  }

  private static void addService(JsonNode service, Map<String, String> shown) {
    var id = text(service, "id");
    shown.put(id + " step", service.path("labels").path("step").asText("0"));
    TwoWorlds.list(service.path("ports"))
        .forEach(port -> shown.put(id + " port " + text(port, "number"), text(port, "protocol")));
    TwoWorlds.list(service.path("endpoints"))
        .forEach(one -> shown.put(id + " endpoint " + text(one, "instance"), text(one, "health")));
  }

  private static String text(JsonNode object, String field) {
    return object.path(field).asText();
  }
}
