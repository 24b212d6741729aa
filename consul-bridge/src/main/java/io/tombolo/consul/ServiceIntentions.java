package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Consul's `service-intentions` config entries as intentions. What cannot be enforced on layer 4
/// is never left out of an entry: the whole entry is rejected.
final class ServiceIntentions {
  static final String KIND = "service-intentions";

  private static final Set<String> OF_ENTRY =
      Set.of(
          "Kind",
          "Name",
          "Namespace",
          "Partition",
          "Sources",
          "Meta",
          "Hash",
          "CreateIndex",
          "ModifyIndex");
  private static final Set<String> OF_SOURCE =
      Set.of(
          "Name",
          "Namespace",
          "Partition",
          "Action",
          "Type",
          "Precedence",
          "Description",
          "LegacyID",
          "LegacyMeta",
          "LegacyCreateTime",
          "LegacyUpdateTime");

  private final SourceId source;
  private final Fields entry;
  private final String name;
  private final List<String> problems = new ArrayList<>();

  private ServiceIntentions(SourceId source, Fields entry) {
    this.source = source;
    this.entry = entry;
    this.name = entry.text("Name");
  }

  static PolicyObject convert(SourceId source, JsonNode json) {
    var name = Names.printable(json.path("Name").asText(json.path("name").asText("")));
    var key = PolicyObject.key(source, KIND, "", name);
    try {
      return new ServiceIntentions(source, Fields.of("", json)).policy(key);
    } catch (IllegalArgumentException malformed) {
      var problem = "%s %s: %s".formatted(KIND, name, malformed.getMessage());
      return PolicyObject.rejected(key, List.of(problem));
    }
  }

  private PolicyObject policy(Key key) {
    refuseBeyond(entry, OF_ENTRY);
    requireDefault(entry);
    var destination = party(entry);
    var intentions = new ArrayList<Intention>();
    var sources = entry.objects("Sources");
    for (int i = 0; i < sources.size(); i++) {
      var action = action(sources.get(i));
      var caller = party(sources.get(i));
      if (action != null && caller != null && destination != null) {
        var writtenIn = new Provenance(source, KIND, "", name, i);
        intentions.add(new Intention(caller, destination, action, writtenIn));
      }
    }
    return problems.isEmpty()
        ? PolicyObject.accepted(key, intentions)
        : PolicyObject.rejected(key, problems);
  }

  private Intention.@Nullable Action action(Fields caller) {
    refuseBeyond(caller, OF_SOURCE);
    requireDefault(caller);
    if (!caller.text("Type", "consul").equals("consul")) {
      problem(caller.at("Type"), "must be \"consul\"");
    }
    return switch (caller.text("Action")) {
      case "allow" -> Intention.Action.ALLOW;
      case "deny" -> Intention.Action.DENY;
      default -> {
        problem(caller.at("Action"), "must be \"allow\" or \"deny\"");
        yield null;
      }
    };
  }

  private @Nullable Party party(Fields named) {
    var wanted = named.text("Name");
    if (wanted.equals("*")) {
      return new Party.Everyone();
    }
    if (Names.isLabel(wanted)) {
      return new Party.Named(wanted);
    }
    problem(
        named.at("Name"),
        "\"%s\" must be a service's name (a DNS label) or \"*\""
            .formatted(Names.printable(wanted)));
    return null;
  }

  private void refuseBeyond(Fields fields, Set<String> known) {
    for (var field : fields.beyond(known)) {
      problem(fields.at(Names.printable(field)), wayOut(field));
    }
  }

  private static String wayOut(String field) {
    return switch (field) {
      case "permissions", "jwt" ->
          "is not supported yet, only decisions on connections are; use Action allow or deny";
      case "peer", "samenessgroup" ->
          "is not supported; name a service of this mesh, or * for every one";
      default -> "is not known; remove it";
    };
  }

  /// Consul's community edition knows one namespace and one partition.
  private void requireDefault(Fields fields) {
    for (var field : List.of("Namespace", "Partition")) {
      if (!fields.text(field, "default").equals("default") && fields.has(field)) {
        problem(fields.at(field), "must be \"default\" or left out");
      }
    }
  }

  private void problem(String field, String what) {
    problems.add("%s %s: %s %s".formatted(KIND, Names.printable(name), field, what));
  }
}
