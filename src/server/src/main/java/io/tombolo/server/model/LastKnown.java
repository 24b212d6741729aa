package io.tombolo.server.model;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.identity.PrivateFiles;
import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.Fact;
import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.catalog.SourceStatus;
import java.io.IOException;
import java.nio.channels.ClosedByInterruptException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jboss.logging.Logger;
import org.jspecify.annotations.Nullable;

/// What each source last said, kept on disk, so that a restart while a source is away removes
/// nothing. One file a source, written whole and put in place by rename. Runs on a thread of its
/// own.
public final class LastKnown implements Runnable {
  private static final Logger LOG = Logger.getLogger(LastKnown.class);
  private static final long PAUSE_MILLIS = 500;

  /// What a crash may forget, at most.
  private static final long MOST_MILLIS = 15_000;

  /// It writes for one part in this many of the time, unless that would be too seldom.
  private static final long SHARE_OF_TIME = 250;

  private final Path directory;
  private final ModelLoop loop;
  private final ObjectMapper json = KnownJson.mapper();
  private final Map<SourceId, List<Item>> written = new HashMap<>();
  private @Nullable Catalog looked;

  /// The items of a source, as written.
  record Known(SourceId source, List<Item> items) {}

  public LastKnown(Path directory, ModelLoop loop) throws IOException {
    this.directory = directory;
    this.loop = loop;
    PrivateFiles.directory(directory);
  }

  /// The facts that an earlier run knew last of this source; none if there was none.
  ///
  /// A file that cannot be read is left alone and reported; the source then counts as never known.
  public List<Fact> recall(SourceId source) {
    var file = file(source);
    if (!Files.exists(file)) {
      return List.of();
    }
    try {
      var known = json.readValue(Files.readAllBytes(file), Known.class);
      if (!known.source().equals(source)) {
        throw new IOException("it is of " + known.source());
      }
      var facts = new ArrayList<Fact>();
      known.items().forEach(item -> facts.add(new Fact.Registered(item)));
      facts.add(new Fact.Recalled(source));
      return facts;
    } catch (IOException | IllegalArgumentException unreadable) {
      LOG.errorf(
          "The last known good of %s in %s cannot be read (%s). It is not used: nothing is served"
              + " until the source itself is read.",
          source, file, unreadable.getMessage());
      return List.of();
    }
  }

  @Override
  public void run() {
    long pause = PAUSE_MILLIS;
    while (waited(pause)) {
      long started = System.nanoTime();
      write(loop.model().mesh().catalog());
      // A large catalog that never rests must not keep a core busy with being written down.
      long took = (System.nanoTime() - started) / 1_000_000;
      pause = Math.clamp(SHARE_OF_TIME * took, PAUSE_MILLIS, MOST_MILLIS);
    }
    write(loop.model().mesh().catalog());
  }

  /// Waits for the next time to write; false if it was told to stop, however early.
  private static boolean waited(long millis) {
    try {
      Thread.sleep(millis);
      return true;
    } catch (InterruptedException stopped) {
      return false;
    }
  }

  @SuppressWarnings("ReferenceEquality") // an unchanged catalog is the same
  private void write(Catalog catalog) {
    if (catalog == looked) {
      return;
    }
    looked = catalog;
    catalog
        .sources()
        .forEach((source, status) -> {
          if (status instanceof SourceStatus.Synced) {
            write(source, catalog.itemsOf(source).toList());
          }
        });
  }

  private void write(SourceId source, List<Item> items) {
    if (items.equals(written.get(source))) {
      return;
    }
    try {
      PrivateFiles.replace(file(source), json.writeValueAsBytes(new Known(source, items)));
      written.put(source, items);
    } catch (ClosedByInterruptException stopping) {
      looked = null;
      Thread.currentThread().interrupt();
    } catch (IOException full) {
      looked = null;
      LOG.errorf("The last known good of %s cannot be written: %s", source, full.getMessage());
    }
  }

  private Path file(SourceId source) {
    return directory.resolve(source.world().label() + "-" + source.name() + ".json");
  }
}
