package io.tombolo.consul;

import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.SourceId;
import java.time.Instant;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;

/// What a source has said so far, so that it says only what differs from it. Items are said by
/// topic, which is whatever the source re-reads as a whole: a service, a kind of config entries.
///
/// Not thread-safe: facts are said from one thread.
public final class Told {
  private final SourceId source;
  private final Consumer<Fact> facts;
  private final Map<String, Map<Key, Item>> topics = new HashMap<>();
  private String lost = "";

  public Told(SourceId source, Consumer<Fact> facts) {
    this.source = source;
    this.facts = facts;
  }

  /// These items are all there is now of a topic.
  public void say(String topic, Collection<? extends Item> now) {
    var before = topics.getOrDefault(topic, Map.of());
    var next = new HashMap<Key, Item>();
    for (var item : now) {
      next.put(item.key(), item);
      if (!item.equals(before.get(item.key()))) {
        facts.accept(new Fact.Registered(item));
      }
    }
    before.keySet().stream()
        .filter(key -> !next.containsKey(key))
        .forEach(key -> facts.accept(new Fact.Gone(key)));
    topics.put(topic, next);
  }

  /// There is nothing more of a topic.
  public void drop(String topic) {
    say(topic, Set.of());
    topics.remove(topic);
  }

  /// All of these topics and nothing else has been listed.
  public void complete(Set<String> listed) {
    new HashSet<>(topics.keySet())
        .stream().filter(topic -> !listed.contains(topic)).forEach(this::drop);
    lost = "";
    var present =
        topics.values().stream()
            .flatMap(items -> items.keySet().stream())
            .collect(Collectors.toSet());
    facts.accept(new Fact.Complete(source, present));
  }

  /// The source cannot be read now. Said when it begins and when the reason changes.
  public void lost(String why) {
    if (!lost.equals(why)) {
      lost = why;
      facts.accept(new Fact.Lost(source, Instant.now(), why));
    }
  }
}
