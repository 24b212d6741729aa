package io.tombolo.mesh.policy.equivalence;

import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Text;
import java.util.List;
import java.util.Random;
import java.util.Set;
import java.util.stream.IntStream;

/// Random policies on few callers and short texts of few letters, so that their conditions overlap.
public final class SmallPolicies {
  public static final List<SpiffeId> CALLERS =
      IntStream.range(0, 3).mapToObj(i -> caller("/ns/n" + i % 2 + "/sa/s" + i)).toList();
  private static final List<Principal> PRINCIPALS =
      List.of(
          new Principal.Exactly(CALLERS.get(0)),
          new Principal.Exactly(CALLERS.get(1)),
          new Principal.Under("spiffe://shop.example/ns/"),
          new Principal.Under("spiffe://shop.example/ns/n0/sa/"));

  private final Random random;

  public SmallPolicies(Random random) {
    this.random = random;
  }

  static SpiffeId caller(String path) {
    return new SpiffeId(TRUST_DOMAIN, path);
  }

  private <T> T oneOf(List<T> some) {
    return some.get(random.nextInt(some.size()));
  }

  private Action action() {
    return random.nextBoolean() ? ALLOW : DENY;
  }

  private Mode mode() {
    return random.nextInt(3) == 0 ? Mode.STRICT : new Mode(false, action());
  }

  public InboundPolicy policy() {
    var rules =
        IntStream.rangeClosed(0, random.nextInt(4))
            .mapToObj(_ -> EquivalenceTest.rule(action(), condition(2), principals()))
            .toList();
    var banned = random.nextInt(5) == 0 ? Set.of(CALLERS.get(2)) : Set.<SpiffeId>of();
    return new InboundPolicy(banned, rules, mode());
  }

  private Principal[] principals() {
    return IntStream.rangeClosed(0, random.nextInt(2))
        .mapToObj(_ -> oneOf(PRINCIPALS))
        .distinct()
        .toArray(Principal[]::new);
  }

  Condition condition(int depth) {
    return condition(depth, true);
  }

  /// @param headers may it be about headers?
  Condition condition(int depth, boolean headers) {
    if (depth == 0 || random.nextInt(3) == 0) {
      return test(headers);
    }
    var parts =
        IntStream.rangeClosed(0, random.nextInt(2))
            .mapToObj(_ -> condition(depth - 1, headers))
            .toList();
    return switch (random.nextInt(3)) {
      case 0 -> Condition.allOf(parts);
      case 1 -> Condition.anyOf(parts);
      default -> Condition.not(parts.getFirst());
    };
  }

  private Condition test(boolean headers) {
    return switch (random.nextInt(8)) {
      case 0 -> new Condition.Method(oneOf(List.of("GET", "PUT")));
      case 1 -> new Condition.Caller(oneOf(PRINCIPALS));
      case 2, 3 -> headers ? header() : new Condition.Path(text("/"));
      case 4 ->
          new Condition.Claim("idp", oneOf(List.of(List.of("sub"), List.of("a", "b"))), text(""));
      default -> new Condition.Path(text("/"));
    };
  }

  private Condition header() {
    var test = text("");
    boolean inverted = random.nextInt(3) == 0 && test.kind() != Text.Kind.PRESENT;
    return new Condition.Header("h", test, inverted);
  }

  private Text text(String first) {
    var kind = oneOf(List.of(Text.Kind.values()));
    boolean whole = kind == Text.Kind.EXACT || kind == Text.Kind.PREFIX;
    var value = new StringBuilder(whole ? first : "");
    int length = random.nextInt(3);
    for (int i = 0; i < length; i++) {
      value.append(
          oneOf(first.isEmpty() ? List.of("a", "b", "A", ",", " ") : List.of("a", "b", "A", "/")));
    }
    if (kind == Text.Kind.PRESENT) {
      return Text.PRESENT;
    }
    if (value.isEmpty() && kind != Text.Kind.EXACT) {
      value.append('a');
    }
    return new Text(kind, value.toString(), random.nextInt(4) == 0);
  }
}
