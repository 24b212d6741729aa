package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Revisable;
import io.tombolo.mesh.catalog.SourceId;
import java.util.List;

/// The intentions of one object of a source: a `service-intentions` entry of Consul, an `Intention`
/// of Kubernetes.
///
/// @param intentions what is in force
/// @param problems why the object as it is now was rejected, each with the field and the way out;
///   empty if it is in force. A rejected object leaves the last good rules in force.
/// @param partial it is in force as far as it goes, in spite of its problems
public record PolicyObject(
    Key key, List<Intention> intentions, List<String> problems, boolean partial)
    implements Revisable {
  public PolicyObject {
    intentions = List.copyOf(intentions);
    problems = List.copyOf(problems);
  }

  public PolicyObject(Key key, List<Intention> intentions, List<String> problems) {
    this(key, intentions, problems, false);
  }

  /// An object whose rules are to be in force.
  public static PolicyObject accepted(Key key, List<Intention> intentions) {
    return new PolicyObject(key, intentions, List.of());
  }

  /// An object that cannot be enforced as it is written.
  public static PolicyObject rejected(Key key, List<String> problems) {
    return new PolicyObject(key, List.of(), problems);
  }

  /// An object whose rules are to be in force, though some of it cannot be, such as what refers to
  /// an object that is not there. What it said before is not in force any more.
  public static PolicyObject partial(Key key, List<Intention> intentions, List<String> problems) {
    return new PolicyObject(key, intentions, problems, true);
  }

  /// @param kind as in [Provenance]
  public static Key key(SourceId source, String kind, String namespace, String name) {
    return new Key(source, Key.Kind.INTENTIONS, namespace, name, kind);
  }

  /// What the rules in force ask for and is not there.
  public List<String> unresolved(Catalog catalog) {
    var tokens = new Tokens(catalog, true);
    return intentions.stream()
        .flatMap(intention -> tokens.unknown(intention).stream())
        .distinct()
        .map(provider ->
            ("%s %s: asks for tokens of %s, which is not in force; write a jwt-provider entry of"
                    + " this name. Until then nobody has such a token.")
                .formatted(key.part(), key.name(), provider.name()))
        .toList();
  }

  @Override
  public Item succeeding(Item earlier) {
    return problems.isEmpty() || partial || !(earlier instanceof PolicyObject lastGood)
        ? this
        : new PolicyObject(key, lastGood.intentions, problems);
  }
}
