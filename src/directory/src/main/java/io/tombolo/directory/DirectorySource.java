package io.tombolo.directory;

import static java.nio.file.StandardWatchEventKinds.ENTRY_CREATE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_DELETE;
import static java.nio.file.StandardWatchEventKinds.ENTRY_MODIFY;

import io.tombolo.consul.ConsulWorld;
import io.tombolo.consul.Told;
import io.tombolo.kubernetes.Cluster;
import io.tombolo.kubernetes.Manifests;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.Networks;
import io.tombolo.mesh.catalog.Source;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.WatchService;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/// A folder that stands for a Kubernetes cluster or a Consul datacenter.
///
/// A file that does not parse keeps what it said before; a file that is deleted takes its objects
/// along; a folder that cannot be read is lost and takes nothing along.
public final class DirectorySource implements Source {
  private static final String TOPIC = "files";

  /// How often to look without having been told of a change.
  private static final long LOOK_MILLIS = 500;

  /// How long nothing more must happen before a change is read: editors write in several steps.
  private static final long SETTLE_MILLIS = 15;

  /// The same after a file went away: some editors move it aside before they write it anew.
  private static final long SETTLE_DELETED_MILLIS = 100;

  private static final int MOST_STEPS = 10;

  private final SourceId id;
  private final Folder folder;
  private final Contents<?> contents;
  private @Nullable Thread reader;

  private DirectorySource(SourceId id, Folder folder, Format<?> format) {
    this.id = id;
    this.folder = folder;
    this.contents = new Contents<>(id, folder, format);
  }

  /// What the folders of a directory are in the mesh.
  ///
  /// @param networkOf where addresses are that no network declares
  public record Settings(
      TrustDomain trustDomain, Networks networks, Function<SourceId, String> networkOf) {}

  /// A source for each folder `kubernetes/<cluster>` and `consul/<datacenter>` that is there now.
  ///
  /// @throws IllegalArgumentException if the directory cannot be read or a folder's name cannot be
  ///   that of a source; the message says what to do
  public static List<Source> in(Path directory, Settings settings) {
    var sources = new ArrayList<Source>();
    for (var world : World.values()) {
      for (var path : folders(directory, world)) {
        var name = Objects.requireNonNull(path.getFileName()).toString();
        if (!Names.isLabel(name)) {
          throw new IllegalArgumentException(
              "the folder %s must be named with a DNS label (1 to 63 of a-z, 0-9 and '-'), for it"
                      .formatted(Names.printable(path.toString()))
                  + " is the name of a source; rename it");
        }
        var id = new SourceId(world, name);
        sources.add(new DirectorySource(id, new Folder(path), format(id, settings)));
      }
    }
    return sources;
  }

  private static List<Path> folders(Path directory, World world) {
    var parent = directory.resolve(world.label());
    if (Files.isDirectory(directory) && !Files.exists(parent)) {
      return List.of();
    }
    try (var entries = Files.list(parent)) {
      return entries
          .filter(entry -> !entry.getFileName().toString().startsWith("."))
          .filter(Files::isDirectory)
          .sorted()
          .toList();
    } catch (IOException e) {
      throw new IllegalArgumentException(
          "tombolo.directory: %s cannot be read (%s); make it a directory that can be"
              .formatted(Names.printable(parent.toString()), e.getClass().getSimpleName()),
          e);
    }
  }

  static Format<?> format(SourceId id, Settings settings) {
    var network = settings.networkOf().apply(id);
    return switch (id.world()) {
      case KUBERNETES ->
          new KubernetesFormat(
              new Cluster(id, settings.trustDomain(), network, settings.networks()),
              new Manifests());
      case CONSUL ->
          new ConsulFormat(
              new ConsulWorld(settings.trustDomain(), id, settings.networks(), network));
    };
  }

  @Override
  public SourceId id() {
    return id;
  }

  @Override
  public void start(Consumer<Fact> facts) {
    var told = new Told(id, facts);
    reader = Thread.ofVirtual().name("directory " + id).start(() -> run(told));
  }

  private void run(Told told) {
    while (!Thread.currentThread().isInterrupted()) {
      try (var watch = folder.path().getFileSystem().newWatchService()) {
        follow(watch, told);
      } catch (IOException away) {
        lost(told, why(away));
      } catch (RuntimeException defect) {
        lost(told, "cannot be understood: " + Names.printable(defect.toString()));
      } catch (InterruptedException closed) {
        return;
      }
      if (!rest()) {
        return;
      }
    }
  }

  private static void lost(Told told, String why) {
    if (!Thread.currentThread().isInterrupted()) {
      told.lost(why);
    }
  }

  private String why(IOException away) {
    return "the folder %s cannot be read: %s"
        .formatted(Names.printable(folder.path().toString()), away.getClass().getSimpleName());
  }

  private static boolean rest() {
    try {
      Thread.sleep(LOOK_MILLIS / 2);
      return true;
    } catch (InterruptedException closed) {
      return false;
    }
  }

  /// Reads the folder and says what changes, until it is not the same folder any more.
  private void follow(WatchService watch, Told told) throws IOException, InterruptedException {
    var same = folder.identity();
    folder.path().register(watch, ENTRY_CREATE, ENTRY_DELETE, ENTRY_MODIFY);
    contents.refresh(Set.of());
    told.say(TOPIC, contents.items());
    told.complete(Set.of(TOPIC));
    while (folder.identity().equals(same)) {
      if (contents.refresh(touched(watch))) {
        told.say(TOPIC, contents.items());
      }
    }
  }

  /// Waits for a change, or until it is time to look anyway.
  ///
  /// @return the names of the files that changed
  private static Set<String> touched(WatchService watch) throws InterruptedException {
    var names = new HashSet<String>();
    long settle = SETTLE_MILLIS;
    var key = watch.poll(LOOK_MILLIS, TimeUnit.MILLISECONDS);
    for (int step = 0; key != null && step < MOST_STEPS; step++) {
      for (var event : key.pollEvents()) {
        if (event.context() instanceof Path path) {
          names.add(path.toString());
        }
        if (event.kind().equals(ENTRY_DELETE)) {
          settle = SETTLE_DELETED_MILLIS;
        }
      }
      key.reset();
      key = watch.poll(settle, TimeUnit.MILLISECONDS);
    }
    return names;
  }

  @Override
  public void close() {
    var started = reader;
    if (started != null && started != Thread.currentThread()) {
      started.interrupt();
      try {
        started.join();
      } catch (InterruptedException e) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
