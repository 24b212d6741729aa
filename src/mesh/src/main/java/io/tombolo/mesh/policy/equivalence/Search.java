package io.tombolo.mesh.policy.equivalence;

import io.tombolo.mesh.policy.Condition;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;

/// The search for a request that two ladders decide differently. Not thread-safe.
final class Search {
  /// What it costs to go on with a test that is left, in letters read.
  static final long COST_OF_TEST = 32;

  private final HeaderForms forms;
  private final Work work;
  private final Texts texts;
  private final Deque<Node> open = new ArrayDeque<>();
  private final Set<Node> seen = new HashSet<>();

  /// What is left to decide once some tests have come out so.
  ///
  /// @param known of what may still matter
  private record Node(Ladder one, Ladder other, Map<Dimension, Outcomes> known) {
    boolean isDecided() {
      return one.steps().isEmpty() && other.steps().isEmpty();
    }

    Stream<Condition> tests() {
      return Stream.concat(one.tests(), other.tests());
    }
  }

  Search(Ladder one, Ladder other, HeaderForms forms, Work work) {
    this.forms = forms;
    this.work = work;
    this.texts = new Texts(work);
    var known = new HashMap<Dimension, Outcomes>();
    forms
        .list()
        .ifPresent(header ->
            known.put(new Dimension.Header(header, HeaderForms.Form.LIST), Outcomes.NONE));
    open.push(new Node(one, other, known));
  }

  Optional<Found> found() {
    while (!open.isEmpty()) {
      var node = open.pop();
      if (node.isDecided() && node.one().otherwise() != node.other().otherwise()) {
        return Optional.of(found(node.known()));
      }
      if (!node.one().equals(node.other()) && isNew(node)) {
        var test = node.one().test().or(node.other()::test).orElseThrow();
        branch(node, test, true);
        branch(node, test, false);
      }
    }
    return Optional.empty();
  }

  /// Was what is left not looked at before, under the same conditions? What is known of other
  /// dimensions does not matter to it.
  private boolean isNew(Node node) {
    var dimensions = new HashSet<Dimension>();
    node.tests()
        .forEach(test -> {
          work.spend(COST_OF_TEST);
          dimensions.add(Dimension.of(test, forms));
        });
    var mattering = new HashMap<>(node.known());
    mattering.keySet().retainAll(dimensions);
    return seen.add(new Node(node.one(), node.other(), mattering));
  }

  private void branch(Node node, Condition test, boolean passes) {
    var dimension = Dimension.of(test, forms);
    var outcomes =
        node.known().getOrDefault(dimension, Outcomes.NONE).with(Dimension.test(test), passes);
    if (dimension.values(outcomes, texts).isEmpty()) {
      return;
    }
    var known = new HashMap<>(node.known());
    known.put(dimension, outcomes);
    var settled = new HashMap<Condition, Boolean>();
    node.tests()
        .filter(other -> Dimension.of(other, forms).equals(dimension))
        .forEach(other ->
            dimension
                .implied(Dimension.test(other), Dimension.test(test), passes)
                .ifPresent(outcome -> settled.put(other, outcome)));
    open.push(new Node(node.one().knowing(settled), node.other().knowing(settled), known));
  }

  private Found found(Map<Dimension, Outcomes> known) {
    var values = new HashMap<Dimension, List<String>>();
    known.forEach((dimension, outcomes) ->
        values.put(dimension, dimension.values(outcomes, texts).orElseThrow()));
    return new Found(values);
  }
}
