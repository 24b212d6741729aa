package io.tombolo.server.model;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.flow.Inbox;
import io.tombolo.mesh.flow.Latest;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.xds.snapshot.Snapshots;
import java.util.Collection;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Consumer;
import org.jboss.logging.Logger;

/// The one thread that recomputes: takes the facts that wait, derives the next model, publishes it.
///
/// A bug that shows as an exception stops it: what was published stays served, readiness turns down
/// and says why.
public final class ModelLoop implements Runnable {
  private static final Logger LOG = Logger.getLogger(ModelLoop.class);

  private final Inbox inbox;
  private final Snapshots snapshots = new Snapshots();
  private final Latest<Model> latest;
  private final List<Consumer<Model>> observers = new CopyOnWriteArrayList<>();
  private volatile Optional<String> failure = Optional.empty();

  public ModelLoop(Inbox inbox, Mesh.Settings settings, Collection<SourceId> sources) {
    this.inbox = inbox;
    this.latest = new Latest<>(new Model(Mesh.of(Catalog.of(sources), settings), Optional.empty()));
  }

  /// The newest model.
  public Model model() {
    return latest.get();
  }

  /// Why it stopped, if it did.
  public Optional<String> failure() {
    return failure;
  }

  /// Has `observer` told of each new model, on the model thread and after those that came before
  /// it: it must be quick.
  public void observe(Consumer<Model> observer) {
    observers.add(observer);
  }

  @Override
  public void run() {
    try {
      if (model().mesh().catalog().servable()) {
        publish(model().mesh());
      }
      while (!Thread.currentThread().isInterrupted()) {
        take();
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    } catch (RuntimeException bug) {
      failure = Optional.of("the model stopped at revision " + revision() + ": " + bug);
      LOG.error("The model has stopped; proxies keep what they have. Please report this.", bug);
    }
  }

  private void take() throws InterruptedException {
    var before = model().mesh().catalog();
    var catalog = before.with(inbox.take());
    if (catalog.revision() != before.revision()) {
      publish(model().mesh().then(catalog));
    }
  }

  private void publish(Mesh mesh) {
    var served =
        mesh.catalog().servable() ? Optional.of(snapshots.next(mesh)) : latest.get().served();
    var model = new Model(mesh, served);
    latest.set(model);
    observers.forEach(observer -> observer.accept(model));
  }

  private long revision() {
    return model().mesh().catalog().revision();
  }
}
