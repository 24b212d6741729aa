package io.tombolo.server;

import io.tombolo.identity.JwtAuthority;
import java.time.Clock;
import java.time.Duration;
import java.util.Optional;
import org.jboss.logging.Logger;

/// Has the keys for JWT-SVIDs looked after all the time, on a thread of its own.
final class JwtKeys implements Runnable {
  private static final Logger LOG = Logger.getLogger(JwtKeys.class);
  private static final Duration PAUSE = Duration.ofMinutes(1);

  private final JwtAuthority jwts;
  private final Clock clock;
  private Optional<String> said = Optional.empty();

  JwtKeys(JwtAuthority jwts, Clock clock) {
    this.jwts = jwts;
    this.clock = clock;
  }

  @Override
  public void run() {
    try {
      while (!Thread.currentThread().isInterrupted()) {
        jwts.keep(clock.instant());
        say(jwts.trouble());
        Thread.sleep(PAUSE);
      }
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
    }
  }

  private void say(Optional<String> trouble) {
    if (!trouble.equals(said)) {
      trouble.ifPresentOrElse(LOG::error, () -> LOG.info("The keys for JWT-SVIDs are well again"));
      said = trouble;
    }
  }
}
