package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.ObjectMetaBuilder;
import io.fabric8.kubernetes.client.utils.KubernetesSerialization;
import io.tombolo.kubernetes.v1.Intention;
import io.tombolo.kubernetes.v1alpha1.IntentionDestination;
import io.tombolo.kubernetes.v1alpha1.IntentionHttp;
import io.tombolo.kubernetes.v1alpha1.IntentionPermission;
import io.tombolo.kubernetes.v1alpha1.IntentionSource;
import io.tombolo.kubernetes.v1alpha1.IntentionSpec;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.traffic.Proposal;
import java.util.ArrayList;
import java.util.Collection;
import java.util.List;

/// Writes proposals as `Intention` objects.
public final class ProposedIntentions {
  /// As many as an object may have.
  private static final int MOST_SOURCES = 256;

  /// Where objects about services of Consul are put.
  private static final String ELSEWHERE = "default";

  private static final String ALLOW = "allow";

  private ProposedIntentions() {}

  /// A YAML document for each object.
  public static String yaml(Collection<Proposal> proposals) {
    var serialization = new KubernetesSerialization();
    var text = new StringBuilder();
    proposals.stream()
        .flatMap(proposal -> objects(proposal).stream())
        .forEach(object -> text.append(serialization.asYaml(object)));
    return text.toString();
  }

  /// One object, of this name.
  ///
  /// @param proposal of at most 256 sources
  public static String yaml(Proposal proposal, String name) {
    var object = object(proposal, 0, proposal.sources());
    object.getMetadata().setName(name);
    return new KubernetesSerialization().asYaml(object);
  }

  private static List<Intention> objects(Proposal proposal) {
    var objects = new ArrayList<Intention>();
    var sources = proposal.sources();
    for (int from = 0; from < sources.size(); from += MOST_SOURCES) {
      int to = Math.min(from + MOST_SOURCES, sources.size());
      objects.add(object(proposal, objects.size(), sources.subList(from, to)));
    }
    return objects;
  }

  private static Intention object(Proposal proposal, int number, List<Proposal.Source> sources) {
    var service = proposal.service();
    boolean inKubernetes = service.source().world() == World.KUBERNETES;
    var namespace = inKubernetes ? service.namespace() : ELSEWHERE;
    var name = "learned-" + (inKubernetes ? "" : "consul-") + service.name();
    var object = new Intention();
    object.setMetadata(
        new ObjectMetaBuilder()
            .withNamespace(namespace)
            .withName(number == 0 ? name : name + "-" + (number + 1))
            .build());
    var spec = new IntentionSpec();
    spec.destination = destination(proposal.destination(), namespace);
    spec.sources = sources.stream().map(source -> source(source, namespace)).toList();
    object.setSpec(spec);
    return object;
  }

  private static IntentionDestination destination(Party party, String here) {
    if (!(party instanceof Party.InWorld(var world, var namespace, var name))) {
      throw new IllegalArgumentException("an Intention names a service, not " + party);
    }
    var destination = new IntentionDestination();
    destination.name = name;
    if (world == World.CONSUL) {
      destination.world = world.label();
    } else if (!namespace.equals(here)) {
      destination.namespace = namespace;
    }
    return destination;
  }

  private static IntentionSource source(Proposal.Source proposed, String here) {
    var source = new IntentionSource();
    if (proposed.requests().isEmpty()) {
      source.action = ALLOW;
    } else {
      source.permissions =
          proposed.requests().stream().map(ProposedIntentions::permission).toList();
    }
    switch (proposed.party()) {
      case Party.Account(var namespace, var account) -> {
        source.serviceAccount = account;
        source.namespace = namespace.equals(here) ? null : namespace;
      }
      case Party.InWorld(var world, var namespace, var name) -> {
        source.name = name;
        source.world = world.label();
        source.namespace = namespace.equals("default") ? null : namespace;
      }
      case Party.Identified(var id) -> source.spiffeId = id.toString();
      case Party.Everyone _, Party.Anyone _, Party.Named _, Party.InNamespace _ ->
          throw new IllegalArgumentException("no proposal names " + proposed.party());
    }
    return source;
  }

  private static IntentionPermission permission(Proposal.Requests requests) {
    var http = new IntentionHttp();
    if (requests.path().kind() == Text.Kind.EXACT) {
      http.pathExact = requests.path().value();
    } else {
      http.pathPrefix = requests.path().value();
    }
    http.methods = List.copyOf(requests.methods());
    var permission = new IntentionPermission();
    permission.action = ALLOW;
    permission.http = http;
    return permission;
  }
}
