package io.tombolo.e2e;

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
        .computeIfAbsent(TwoWorlds.class, _ -> open(), TwoWorlds.class);
  }

  private static TwoWorlds open() {
    try {
      return new TwoWorlds();
    } catch (Exception e) {
      throw new IllegalStateException("the two worlds cannot be made", e);
    }
  }
}
