package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Consul's `service-intentions` config entries as intentions. What cannot be enforced is never
/// left out of an entry: the whole entry is rejected.
final class ServiceIntentions {
  static final String KIND = "service-intentions";

  private static final Set<String> OF_ENTRY =
      Set.of(
          "Kind",
          "Name",
          "Namespace",
          "Partition",
          "Sources",
          "JWT",
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
          "Permissions",
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
  private final Problems problems;

  private ServiceIntentions(SourceId source, Fields entry) {
    this.source = source;
    this.entry = entry;
    this.name = entry.text("Name");
    this.problems = new Problems(KIND + " " + Names.printable(name));
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
    problems.refuseBeyond(entry, OF_ENTRY, ServiceIntentions::wayOut);
    problems.requireDefault(entry);
    var destination = party(entry);
    var given = new WrittenTokens(problems).of(entry);
    var intentions = new ArrayList<Intention>();
    var sources = entry.objects("Sources");
    for (int i = 0; i < sources.size(); i++) {
      var writtenIn = new Provenance(source, KIND, "", name, i);
      intention(sources.get(i), destination, writtenIn)
          .ifPresent(intention -> intentions.add(intention.given(given)));
    }
    return problems.all().isEmpty()
        ? PolicyObject.accepted(key, intentions)
        : PolicyObject.rejected(key, problems.all());
  }

  private Optional<Intention> intention(
      Fields caller, @Nullable Party destination, Provenance writtenIn) {
    problems.refuseBeyond(caller, OF_SOURCE, ServiceIntentions::wayOut);
    problems.requireDefault(caller);
    if (!caller.text("Type", "consul").equals("consul")) {
      problems.add(caller.at("Type"), "must be \"consul\"");
    }
    var party = party(caller);
    return caller.has("Permissions")
        ? onRequests(caller, party, destination, writtenIn)
        : onConnections(caller, party, destination, writtenIn);
  }

  private Optional<Intention> onConnections(
      Fields caller, @Nullable Party party, @Nullable Party destination, Provenance writtenIn) {
    var action =
        switch (caller.text("Action")) {
          case "allow" -> Action.ALLOW;
          case "deny" -> Action.DENY;
          default -> null;
        };
    if (action == null) {
      problems.add(caller.at("Action"), "must be \"allow\" or \"deny\"");
    }
    return action == null || party == null || destination == null
        ? Optional.empty()
        : Optional.of(new Intention(party, destination, action, writtenIn));
  }

  private Optional<Intention> onRequests(
      Fields caller, @Nullable Party party, @Nullable Party destination, Provenance writtenIn) {
    if (caller.has("Action")) {
      problems.add(caller.at("Action"), "goes without Permissions; keep one of them");
    }
    if (destination instanceof Party.Everyone) {
      problems.add(caller.at("Permissions"), "go with the name of one service, not with *");
    }
    var permissions = new WrittenPermissions(problems).of(caller);
    return party == null || destination == null
        ? Optional.empty()
        : Optional.of(new Intention(party, destination, permissions, Otherwise.DEFAULT, writtenIn));
  }

  private @Nullable Party party(Fields named) {
    var wanted = named.text("Name");
    if (wanted.equals("*")) {
      return new Party.Everyone();
    }
    if (Names.isLabel(wanted)) {
      return new Party.Named(wanted);
    }
    problems.add(
        named.at("Name"),
        "\"%s\" must be a service's name (a DNS label) or \"*\""
            .formatted(Names.printable(wanted)));
    return null;
  }

  private static String wayOut(String field) {
    return switch (field) {
      case "jwt" -> "goes beside Sources, or into a permission";
      case "peer", "samenessgroup" ->
          "is not supported; name a service of this mesh, or * for every one";
      default -> "is not known; remove it";
    };
  }
}
