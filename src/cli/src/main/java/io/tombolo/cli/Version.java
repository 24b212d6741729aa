package io.tombolo.cli;

import java.util.Objects;
import picocli.CommandLine.IVersionProvider;

/// The version, as the jar's manifest says it.
public final class Version implements IVersionProvider {
  @Override
  public String[] getVersion() {
    var version = Main.class.getPackage().getImplementationVersion();
    return new String[] {"tombolo " + Objects.requireNonNullElse(version, "development")};
  }
}
