package io.tombolo.testbed;

import org.junit.jupiter.api.extension.ExtensionContext;
import org.junit.jupiter.api.extension.ParameterContext;
import org.junit.jupiter.api.extension.ParameterResolver;

/// Gives tests a [KubeApiserver] or a [Consul] on loopback as a parameter. Each is started when
/// first asked for, shared by all test classes of the JVM, and ended after the last: a test uses
/// names of its own and does not suspend or kill what it shares.
public final class TestbedExtension implements ParameterResolver {
  private static final ExtensionContext.Namespace PARTS =
      ExtensionContext.Namespace.create(TestbedExtension.class);

  @Override
  public boolean supportsParameter(ParameterContext parameter, ExtensionContext context) {
    var type = parameter.getParameter().getType();
    return type == KubeApiserver.class || type == Consul.class;
  }

  @Override
  public Object resolveParameter(ParameterContext parameter, ExtensionContext context) {
    var store = context.getRoot().getStore(PARTS);
    return parameter.getParameter().getType() == KubeApiserver.class
        ? store.computeIfAbsent(
            KubeApiserver.class, _ -> KubeApiserver.start(new Loopback()), KubeApiserver.class)
        : store.computeIfAbsent(
            Consul.class, _ -> Consul.server("dc1", new Loopback()).start(), Consul.class);
  }
}
