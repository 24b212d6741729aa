package io.tombolo.server.federation;

import io.tombolo.identity.PrivateFiles;
import io.tombolo.identity.TrustStore;
import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/// Follows the bundles of other trust domains, each on a virtual thread of its own. Thread-safe.
public final class Federation implements AutoCloseable {
  private static final Duration END = Duration.ofSeconds(5);

  private final List<Followed> all;
  private final List<Thread> threads;

  private Federation(List<Followed> all) {
    this.all = List.copyOf(all);
    threads =
        all.stream()
            .map(one ->
                Thread.ofVirtual()
                    .name("federation-" + one.trustDomain())
                    .unstarted(() -> follow(one)))
            .toList();
  }

  /// Trusts what was fetched last, or what there is to begin with. Nothing is fetched yet. What is
  /// kept of trust domains that are not among the relations is deleted.
  ///
  /// @param directory where what was fetched is kept; made if it is not there
  /// @throws IllegalArgumentException if a file of a relation cannot be used; the message names it
  /// @throws IOException if the directory cannot be used
  public static Federation open(
      Path directory, TrustStore trust, List<Relation> relations, InstantSource clock)
      throws IOException {
    PrivateFiles.directory(directory);
    var files = new KnownBundles(directory);
    files.keepOnly(relations.stream().map(Relation::trustDomain).toList());
    var all = new ArrayList<Followed>();
    for (var relation : relations) {
      all.add(followed(relation, files, trust, clock));
    }
    return new Federation(all);
  }

  private static Followed followed(
      Relation relation, KnownBundles files, TrustStore trust, InstantSource clock)
      throws IOException {
    try {
      return new Followed(relation, files, trust, clock);
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(
          "tombolo.federation.domains.\"%s\".%s"
              .formatted(relation.trustDomain(), wrong.getMessage()),
          wrong);
    }
  }

  public void start() {
    threads.forEach(Thread::start);
  }

  private static void follow(Followed one) {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        Thread.sleep(one.poll());
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  /// Looks at the endpoint of a trust domain now, besides the regular looks.
  ///
  /// @throws IllegalArgumentException if there is no relation to it
  public void poll(TrustDomain domain) throws InterruptedException {
    var _ =
        all.stream()
            .filter(one -> one.trustDomain().equals(domain))
            .findFirst()
            .orElseThrow(() ->
                new IllegalArgumentException("trust domain %s is not configured".formatted(domain)))
            .poll();
  }

  /// How it stands with each trust domain.
  public List<Standing> standings() {
    return all.stream().map(Followed::standing).toList();
  }

  /// When this returns, nothing is written any more.
  @Override
  public void close() {
    threads.forEach(Thread::interrupt);
    for (var thread : threads) {
      try {
        thread.join(END.toMillis());
      } catch (InterruptedException impatient) {
        Thread.currentThread().interrupt();
      }
    }
  }
}
