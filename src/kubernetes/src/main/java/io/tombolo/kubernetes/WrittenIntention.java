package io.tombolo.kubernetes;

import static java.util.Objects.requireNonNullElse;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.kubernetes.v1alpha1.IntentionDestination;
import io.tombolo.kubernetes.v1alpha1.IntentionPermission;
import io.tombolo.kubernetes.v1alpha1.IntentionSource;
import io.tombolo.kubernetes.v1alpha1.IntentionSpec;
import io.tombolo.kubernetes.v1alpha1.Strict;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Otherwise;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import io.tombolo.mesh.policy.Provenance;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Reads an `Intention` object. It is taken as a whole or rejected as a whole, with everything that
/// is wrong with it.
final class WrittenIntention {
  static final String KIND = "Intention";
  private static final String ANY = "*";
  private static final ObjectMapper PLAIN = new ObjectMapper();

  private final Ref ref;
  private final Cluster cluster;
  private final List<String> problems = new ArrayList<>();

  private WrittenIntention(Ref ref, Cluster cluster) {
    this.ref = ref;
    this.cluster = cluster;
  }

  static PolicyObject of(
      Ref ref, io.tombolo.kubernetes.v1alpha1.Intention written, Cluster cluster) {
    return new WrittenIntention(ref, cluster).read(written.getSpec());
  }

  private PolicyObject read(@Nullable IntentionSpec spec) {
    var key = PolicyObject.key(cluster.source(), KIND, ref.namespace(), ref.name());
    var intentions = spec == null ? List.<Intention>of() : intentions(spec);
    if (spec == null) {
      problems.add("spec: missing");
    }
    return problems.isEmpty()
        ? PolicyObject.accepted(key, intentions)
        : PolicyObject.rejected(key, problems);
  }

  private List<Intention> intentions(IntentionSpec spec) {
    nothingUnknown("spec", spec);
    var destination = destination(spec.destination);
    var sources = Given.of(spec.sources);
    if (sources.isEmpty()) {
      problems.add("spec.sources: none; name at least one, with an action");
    }
    var intentions = new ArrayList<Intention>();
    for (int i = 0; i < sources.size(); i++) {
      var field = "spec.sources[" + i + "]";
      var source = source(field, sources.get(i));
      var writtenIn = new Provenance(cluster.source(), KIND, ref.namespace(), ref.name(), i);
      intention(field, sources.get(i), source, destination, writtenIn).ifPresent(intentions::add);
    }
    return intentions;
  }

  private Optional<Intention> intention(
      String field,
      IntentionSource written,
      Optional<Party> source,
      Optional<Party> destination,
      Provenance writtenIn) {
    if (written.permissions == null) {
      return action(field, written)
          .flatMap(action ->
              source.flatMap(
                  from -> destination.map(to -> new Intention(from, to, action, writtenIn))));
    }
    if (written.permissions.isEmpty()) {
      problems.add(field + ".permissions: none; name at least one, or give an action");
    }
    if (written.action != null) {
      problems.add(field + ".action: goes without permissions; keep one of them");
    }
    if (destination.filter(to -> to.wildcards() > 0).isPresent()) {
      problems.add(field + ".permissions: go with the name of one service, not with *");
    }
    var permissions = permissions(field, written.permissions);
    return source.flatMap(from ->
        destination.map(to -> new Intention(from, to, permissions, Otherwise.DEFAULT, writtenIn)));
  }

  private List<Permission> permissions(String field, List<IntentionPermission> written) {
    try {
      var fields = Map.<String, Object>of("permissions", PLAIN.convertValue(written, List.class));
      return new WrittenPermissions(
              WrittenPermissions.Spelling.OURS, (at, what) -> problems.add(at + ": " + what))
          .of(Tree.of(field, fields));
    } catch (IllegalArgumentException malformed) {
      problems.add(String.valueOf(malformed.getMessage()));
      return List.of();
    }
  }

  private Optional<Party> destination(@Nullable IntentionDestination destination) {
    if (destination == null) {
      problems.add("spec.destination: missing; name the service that is called");
      return Optional.empty();
    }
    nothingUnknown("spec.destination", destination);
    return party("spec.destination", destination.name, destination.namespace, destination.world);
  }

  private Optional<Party> source(String field, IntentionSource source) {
    nothingUnknown(field, source);
    long given =
        Stream.of(source.name, source.serviceAccount, source.spiffeId)
            .filter(Objects::nonNull)
            .count();
    if (given != 1) {
      problems.add(field + ": give one of name, serviceAccount and spiffeId");
      return Optional.empty();
    }
    if (source.spiffeId != null) {
      return identified(field, source.spiffeId, source);
    }
    return source.serviceAccount == null
        ? party(field, source.name, source.namespace, source.world)
        : account(field, source.serviceAccount, source.namespace, source.world);
  }

  private Optional<Party> identified(String field, String id, IntentionSource source) {
    if (source.namespace != null || source.world != null) {
      problems.add(field + ": spiffeId goes without namespace and world; leave them out");
      return Optional.empty();
    }
    return checked(field + ".spiffeId", () -> new Party.Identified(workload(id)));
  }

  private static SpiffeId workload(String id) {
    var identity = SpiffeId.parse(id);
    if (identity.path().isEmpty()) {
      throw new IllegalArgumentException(
          "this is a trust domain, not an identity; name each identity that may call");
    }
    return identity;
  }

  private Optional<Party> account(
      String field, String account, @Nullable String namespace, @Nullable String world) {
    if (world(field, world).filter(w -> w == World.KUBERNETES).isEmpty()) {
      problems.add(field + ".world: service accounts are Kubernetes'; leave it out");
      return Optional.empty();
    }
    return checked(
        field, () -> new Party.Account(requireNonNullElse(namespace, ref.namespace()), account));
  }

  private Optional<Party> party(
      String field, @Nullable String name, @Nullable String namespace, @Nullable String worldName) {
    if (name == null) {
      problems.add(field + ".name: missing; name a service, or * for every one of the namespace");
      return Optional.empty();
    }
    return world(field, worldName)
        .flatMap(world -> {
          var usual = world == World.CONSUL ? "default" : ref.namespace();
          var in = requireNonNullElse(namespace, usual);
          if (in.equals(ANY)) {
            return everyone(field, name, worldName);
          }
          if (name.equals(ANY)) {
            return all(field, world, in);
          }
          return checked(field, () -> new Party.InWorld(world, in, name));
        });
  }

  private Optional<Party> everyone(String field, String name, @Nullable String world) {
    if (!name.equals(ANY)) {
      problems.add(field + ".namespace: * goes only with the name *; name the namespace");
      return Optional.empty();
    }
    if (world != null) {
      problems.add(field + ".world: * in namespace * means both worlds; leave it out");
      return Optional.empty();
    }
    return Optional.of(new Party.Everyone());
  }

  private Optional<Party> all(String field, World world, String namespace) {
    if (world == World.CONSUL) {
      problems.add(
          field + ".name: * of Consul is not supported; name services, or use namespace *");
      return Optional.empty();
    }
    return checked(field, () -> new Party.InNamespace(namespace));
  }

  private Optional<World> world(String field, @Nullable String world) {
    return switch (requireNonNullElse(world, "kubernetes")) {
      case "kubernetes" -> Optional.of(World.KUBERNETES);
      case "consul" -> Optional.of(World.CONSUL);
      default -> {
        problems.add(field + ".world: must be kubernetes or consul");
        yield Optional.empty();
      }
    };
  }

  private Optional<Intention.Action> action(String field, IntentionSource source) {
    return switch (requireNonNullElse(source.action, "")) {
      case "allow" -> Optional.of(Intention.Action.ALLOW);
      case "deny" -> Optional.of(Intention.Action.DENY);
      default -> {
        problems.add(field + ".action: must be allow or deny, unless there are permissions");
        yield Optional.empty();
      }
    };
  }

  private Optional<Party> checked(String field, Supplier<Party> party) {
    try {
      return Optional.of(party.get());
    } catch (IllegalArgumentException bad) {
      problems.add(field + ": " + bad.getMessage());
      return Optional.empty();
    }
  }

  private void nothingUnknown(String field, Strict written) {
    for (var unknown : written.getUnknown().keySet()) {
      problems.add("%s.%s: not supported; remove it".formatted(field, Names.printable(unknown)));
    }
  }
}
