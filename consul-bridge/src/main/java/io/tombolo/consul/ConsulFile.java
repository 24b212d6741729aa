package io.tombolo.consul;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.mesh.catalog.Names;
import java.util.ArrayList;
import java.util.List;

/// What a file in one of Consul's own formats says: service definitions as an agent reads them
/// (`{"service": {...}}`, `{"services": [...]}`), config entries as `consul config write` reads
/// them (`{"Kind": ...}`), or a list of such.
///
/// @param instances in the order of the file
/// @param config config entries of the kinds that matter here
public record ConsulFile(List<Instance> instances, List<JsonNode> config) {
  private static final ObjectMapper JSON =
      new ObjectMapper().enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS);

  public ConsulFile {
    instances = List.copyOf(instances);
    config = List.copyOf(config);
  }

  /// The `service-intentions` among the config entries.
  public List<JsonNode> intentions() {
    return ofKind(ServiceIntentions.KIND);
  }

  /// The `jwt-provider`s among the config entries.
  public List<JsonNode> jwtProviders() {
    return ofKind(JwtProviderEntry.KIND);
  }

  private List<JsonNode> ofKind(String kind) {
    return config.stream().filter(entry -> Fields.of("", entry).text("Kind").equals(kind)).toList();
  }

  /// @throws IllegalArgumentException if it is not such a file; the message names the line or field
  public static ConsulFile parse(String text) {
    var instances = new ArrayList<Instance>();
    var config = new ArrayList<JsonNode>();
    var document = json(text);
    var objects = document.isArray() ? document.valueStream().toList() : List.of(document);
    for (var object : objects) {
      read(object, instances, config);
    }
    return new ConsulFile(instances, config);
  }

  private static JsonNode json(String text) {
    try {
      return JSON.readTree(text);
    } catch (JsonProcessingException e) {
      var where = e.getLocation();
      throw new IllegalArgumentException(
          "line %d: is not JSON (%s)"
              .formatted(
                  where == null ? 1 : where.getLineNr(), Names.printable(e.getOriginalMessage())),
          e);
    }
  }

  private static void read(JsonNode object, List<Instance> instances, List<JsonNode> config) {
    var fields = Fields.of("", object);
    if (fields.has("Kind")) {
      requireKnown(fields.text("Kind"));
      config.add(object);
    } else if (fields.has("service") || fields.has("services")) {
      if (fields.has("service")) {
        instances.add(instance(fields.object("service")));
      }
      fields.objects("services").forEach(definition -> instances.add(instance(definition)));
    } else {
      throw new IllegalArgumentException(
          "has neither \"service\", \"services\" nor \"Kind\"; write a service definition or a"
              + " config entry");
    }
  }

  private static Instance instance(Fields definition) {
    if (!definition.has("Name")) {
      throw new IllegalArgumentException(definition.at("name") + " is missing");
    }
    return Instance.ofDefinition(definition);
  }

  private static void requireKnown(String kind) {
    var known =
        List.of(
            ServiceIntentions.KIND,
            JwtProviderEntry.KIND,
            Protocols.SERVICE_DEFAULTS,
            Protocols.PROXY_DEFAULTS);
    if (!known.contains(kind)) {
      throw new IllegalArgumentException(
          "Kind: \"%s\" is not read; write one of %s"
              .formatted(Names.printable(kind), String.join(", ", known)));
    }
  }
}
