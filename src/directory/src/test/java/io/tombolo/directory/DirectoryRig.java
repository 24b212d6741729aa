package io.tombolo.directory;

import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceConformance;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.List;
import java.util.Map;

/// A folder whose files are written in place, as a careless editor does. It is cut by moving it
/// away.
abstract class DirectoryRig implements SourceConformance.Rig {
  private final Path home;
  private final Path away;
  private final Source source;
  private Path now;

  DirectoryRig(Path directory, String folder) {
    try {
      this.home = Files.createDirectories(directory.resolve(folder));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
    this.away = directory.resolve("away");
    this.now = home;
    this.source = sources(directory).getFirst();
  }

  static List<Source> sources(Path directory) {
    return DirectorySource.in(
        directory,
        new DirectorySource.Settings(
            new TrustDomain("mesh.example"), new Networks(Map.of("all", List.of())), _ -> "all"));
  }

  @Override
  public Source source() {
    return source;
  }

  @Override
  public ServiceId service(String name) {
    return new ServiceId(source.id(), "default", name);
  }

  void write(String file, String text) {
    try {
      Files.writeString(now.resolve(file), text);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void replace(String file, String some, String other) {
    try {
      write(file, Files.readString(now.resolve(file)).replace(some, other));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  void delete(String file) {
    try {
      Files.delete(now.resolve(file));
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  private void move(Path to) {
    try {
      now = Files.move(now, to, StandardCopyOption.ATOMIC_MOVE);
    } catch (IOException e) {
      throw new UncheckedIOException(e);
    }
  }

  @Override
  public void cut() {
    move(away);
  }

  @Override
  public void mend() {
    move(home);
  }

  @Override
  public void close() {}
}
