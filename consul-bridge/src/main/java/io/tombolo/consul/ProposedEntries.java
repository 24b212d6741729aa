package io.tombolo.consul;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.traffic.Proposal;
import java.util.Collection;

/// Writes proposals as `service-intentions` config entries.
public final class ProposedEntries {
  private static final ObjectMapper JSON = new ObjectMapper();

  private ProposedEntries() {}

  /// A list of entries, as [ConsulFile] reads it.
  public static String json(Collection<Proposal> proposals) {
    var entries = JSON.createArrayNode();
    proposals.forEach(proposal -> {
      var entry =
          entries
              .addObject()
              .put("Kind", ServiceIntentions.KIND)
              .put("Name", proposal.destination().toString());
      var sources = entry.putArray("Sources");
      proposal.sources().forEach(source -> write(source, sources.addObject()));
    });
    return entries.toPrettyString() + "\n";
  }

  /// One element of the `Sources` of an entry.
  public static String source(Proposal.Source source) {
    var written = JSON.createObjectNode();
    write(source, written);
    return written.toPrettyString() + "\n";
  }

  private static void write(Proposal.Source source, ObjectNode written) {
    written.put("Name", source.party().toString());
    if (source.requests().isEmpty()) {
      written.put("Action", "allow");
    } else {
      var permissions = written.putArray("Permissions");
      source.requests().forEach(requests -> write(requests, permissions));
    }
  }

  private static void write(Proposal.Requests requests, ArrayNode permissions) {
    var http = permissions.addObject().put("Action", "allow").putObject("HTTP");
    var path = requests.path();
    http.put(path.kind() == Text.Kind.EXACT ? "PathExact" : "PathPrefix", path.value());
    requests.methods().forEach(http.withArray("Methods")::add);
  }
}
