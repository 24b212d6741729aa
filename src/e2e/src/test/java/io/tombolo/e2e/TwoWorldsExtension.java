package io.tombolo.e2e;

import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests the [TwoWorlds], made when first asked for and shared by all test classes: a test
/// leaves them as it found them.
public final class TwoWorldsExtension implements ParameterResolver {
  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    return parameter.getParameter().getType() == TwoWorlds.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    return context
        .getRoot()
        .getStore(ExtensionContext.Namespace.create(TwoWorldsExtension.class))
        .computeIfAbsent(Attempt.class, _ -> Attempt.make(), Attempt.class)
        .worlds();
  }

  /// Made once, also if it failed: the next test class would fail the same way, minutes later.
  private record Attempt(@Nullable TwoWorlds made, @Nullable Exception failure)
      implements AutoCloseable {
    static Attempt make() {
      try {
        return new Attempt(new TwoWorlds(), null);
      } catch (Exception e) {
        return new Attempt(null, e);
      }
    }

    TwoWorlds worlds() {
      if (made == null) {
        throw new IllegalStateException("the two worlds cannot be made", failure);
      }
      return made;
    }

    @Override
    public void close() {
      if (made != null) {
        made.close();
      }
    }
  }
}
