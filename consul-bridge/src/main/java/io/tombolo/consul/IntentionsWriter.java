package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.mesh.policy.Intention;
import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;

/// Writes intentions of other sources into a datacenter as `service-intentions`, for proxies that
/// Consul itself drives. It touches entries with its mark only, and each only as it has just read
/// it (check-and-set): of two writers at once one finds that it came too late, and looks again. Not
/// thread-safe.
public final class IntentionsWriter implements AutoCloseable {
  private static final String ENTRIES = "/v1/config/" + ServiceIntentions.KIND;

  private final SourceId datacenter;
  private final Ownership ours;
  private final ConsulApi api;

  /// @param settings with a token that has `intentions = "write"`
  public IntentionsWriter(SourceId datacenter, TrustDomain mesh, ConsulSource.Settings settings)
      throws IOException {
    this.datacenter = datacenter;
    this.ours = new Ownership(mesh);
    this.api = new ConsulApi(settings);
  }

  /// What became of the intentions about a service.
  public sealed interface Outcome {
    /// They are in Consul.
    ///
    /// @param leftOut who is denied there, for Consul has no name for them
    record Written(List<String> leftOut) implements Outcome {}

    /// They are not, and why. If there was an entry of ours, it denies everyone now.
    record Unsayable(List<String> why) implements Outcome {}

    /// They are not in Consul: the entry is someone else's, or Consul refuses it.
    record Refused(String why) implements Outcome {}
  }

  /// Makes the entries that we own these, and no others. Only for who knows all intentions: what is
  /// not kept is deleted.
  ///
  /// @param wanted by service, in the order in which they are tried; the mesh denies by default
  /// @param kept the services whose entry, if it is ours, stays as it is if nothing is wanted
  /// @param unread objects of which it is not known what they said: entries that came from them
  ///   stay as they are
  /// @return by service, of those that are wanted, and of those whose entry could not be deleted
  public Map<String, Outcome> write(
      Map<String, List<Intention>> wanted, Set<String> kept, Set<Key> unread, boolean strict)
      throws IOException, InterruptedException {
    var found = new TreeMap<String, JsonNode>();
    for (var entry : api.read(ENTRIES).body()) {
      found.put(entry.path("Name").asText(), entry);
    }
    var outcomes = new TreeMap<String, Outcome>();
    for (var service : wanted.entrySet()) {
      var name = service.getKey();
      var before = found.get(name);
      outcomes.put(
          name,
          before != null && ours.owns(before) && ours.mayComeFrom(before, unread)
              ? new Outcome.Refused("the entry stays, for an object that it came from is rejected")
              : write(name, service.getValue(), before, strict));
    }
    for (var entry : found.entrySet()) {
      var name = entry.getKey();
      boolean gone =
          ours.owns(entry.getValue())
              && !wanted.containsKey(name)
              && !kept.contains(name)
              && !ours.mayComeFrom(entry.getValue(), unread);
      if (gone && Names.isLabel(name)) {
        var path = "%s/%s?cas=%d".formatted(ENTRIES, name, index(entry.getValue()));
        var answer = api.change("DELETE", path, "");
        if (!answer.equals("true")) {
          outcomes.put(name, new Outcome.Refused("it is not deleted: " + answer));
        }
      }
    }
    return outcomes;
  }

  private Outcome write(
      String name, List<Intention> intentions, @Nullable JsonNode before, boolean strict)
      throws IOException, InterruptedException {
    if (before != null && !ours.owns(before)) {
      return new Outcome.Refused(
          "Consul has a service-intentions entry %s that is not ours, and it stays: delete it there,"
                  .formatted(name)
              + " if its sources are in Kubernetes too, or write these intentions into it");
    }
    var saying = Saying.of(intentions, strict);
    boolean sayable = saying.unsayable().isEmpty();
    var entry = saying.entry(name, ours.mark(intentions));
    if ((sayable || before != null) && (before == null || !same(entry, before))) {
      var cas = before == null ? 0 : index(before);
      var answer = api.change("PUT", "/v1/config?cas=" + cas, entry.toString());
      if (!answer.equals("true")) {
        return new Outcome.Refused(
            answer.equals("false")
                ? "the entry has just been changed by someone else; it is looked at again"
                : answer);
      }
    }
    return sayable
        ? new Outcome.Written(saying.leftOut())
        : new Outcome.Unsayable(saying.unsayable());
  }

  /// Does the entry say the same of the same objects?
  private boolean same(JsonNode wanted, JsonNode found) {
    return wanted.path("Meta").equals(found.path("Meta"))
        && ServiceIntentions.convert(datacenter, wanted)
            .equals(ServiceIntentions.convert(datacenter, found));
  }

  private static long index(JsonNode entry) {
    return entry.path("ModifyIndex").asLong();
  }

  @Override
  public void close() {
    api.close();
  }
}
