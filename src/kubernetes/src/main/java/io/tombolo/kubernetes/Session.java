package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.HasMetadata;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.dsl.Informable;
import io.fabric8.kubernetes.client.informers.ResourceEventHandler;
import io.fabric8.kubernetes.client.informers.SharedIndexInformer;
import io.fabric8.kubernetes.client.informers.cache.Cache;
import java.io.IOException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/// Informers of several kinds, from one full listing of all of them until one breaks. It tells that
/// an object changed; how it is now is read when the change is taken, so that a change which is
/// taken late never brings back an old state. Used by one thread.
final class Session implements AutoCloseable {
  /// An object that changed, as it is now, or was last if it is gone.
  record Change(HasMetadata object, boolean gone) {}

  private record Changed(Followed<?> followed, HasMetadata object) {}

  private record Followed<T extends HasMetadata>(
      String kind, SharedIndexInformer<T> informer, Lean<T> objects) {
    Change now(HasMetadata changed) {
      var key = Cache.metaNamespaceKeyFunc(changed);
      var current = objects.get(key);
      return current == null ? new Change(changed, true) : new Change(current, false);
    }

    @Nullable Throwable failure() {
      var stopped = informer.stopped().toCompletableFuture();
      return stopped.isCompletedExceptionally() ? stopped.exceptionNow() : null;
    }
  }

  private final BlockingQueue<Changed> changes = new LinkedBlockingQueue<>();
  private final List<Followed<?>> followed = new ArrayList<>();

  /// Starts to list and follow these kinds.
  Session(KubernetesClient client, Offered offered) {
    for (var kind : offered.kinds()) {
      followed.add(follow(kind.getSimpleName(), client.resources(kind).inAnyNamespace()));
    }
    for (var served : offered.dialects()) {
      followed.add(follow(served.dialect().kind(), served.all(client)));
    }
  }

  private <T extends HasMetadata> Followed<T> follow(String kind, Informable<T> all) {
    var objects = new Lean<T>();
    var informer = all.runnableInformer(0);
    var one = new Followed<>(kind, informer, objects);
    informer
        .itemStore(objects)
        .exceptionHandler((_, _) -> false)
        .addEventHandler(
            new ResourceEventHandler<T>() {
              @Override
              public void onAdd(T object) {
                changes.add(new Changed(one, object));
              }

              @Override
              public void onUpdate(T old, T object) {
                changes.add(new Changed(one, object));
              }

              @Override
              public void onDelete(T object, boolean finalStateUnknown) {
                changes.add(new Changed(one, object));
              }
            });
    var _ = informer.start();
    return one;
  }

  /// Waits until everything has been listed.
  ///
  /// @throws IOException if a kind cannot be listed; the message says which and why
  Stream<? extends HasMetadata> listed(Duration patience) throws IOException, InterruptedException {
    long end = System.nanoTime() + patience.toNanos();
    for (var one : followed) {
      try {
        one.informer
            .start()
            .toCompletableFuture()
            .get(end - System.nanoTime(), TimeUnit.NANOSECONDS);
      } catch (ExecutionException failed) {
        throw new IOException(Reason.of("list " + one.kind, failed.getCause()), failed);
      } catch (TimeoutException late) {
        throw new IOException(
            "cannot list %s: not within %d s".formatted(one.kind, patience.toSeconds()), late);
      }
    }
    return followed.stream().flatMap(one -> one.objects.values());
  }

  /// The next change, if there is one soon.
  ///
  /// @throws IOException if a kind cannot be followed any more; the message says which and why
  Optional<Change> next(Duration patience) throws IOException, InterruptedException {
    for (var one : followed) {
      var failure = one.failure();
      if (failure != null) {
        throw new IOException(Reason.of("follow " + one.kind, failure), failure);
      }
    }
    var changed = changes.poll(patience.toNanos(), TimeUnit.NANOSECONDS);
    return Optional.ofNullable(changed).map(c -> c.followed.now(c.object));
  }

  @Override
  public void close() {
    followed.forEach(one -> one.informer.stop());
  }
}
