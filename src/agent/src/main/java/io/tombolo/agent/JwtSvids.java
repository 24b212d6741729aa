package io.tombolo.agent;

import io.grpc.Status;
import io.grpc.StatusRuntimeException;
import io.tombolo.api.identity.v1.IssueJwtRequest;
import io.tombolo.mesh.identity.SpiffeId;
import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.Executor;

/// Gets JWT-SVIDs for the SVID in force, and keeps each until half of its life has passed; if no
/// other can be had then, until it ends. Thread-safe.
final class JwtSvids {
  private static final int MOST = 256;
  private static final Executor THREADS = task -> Thread.ofVirtual().name("jwt").start(task);

  private record Wanted(SpiffeId identity, List<String> audience) {}

  /// A JWT-SVID; secret.
  record Held(SpiffeId identity, String token, Instant received, Instant expires) {
    boolean fresh(Instant now) {
      var half = received.plus(Duration.between(received, expires).dividedBy(2));
      return !now.isBefore(received) && now.isBefore(half);
    }

    /// Without the token, whatever prints it.
    @Override
    public String toString() {
      return "JWT-SVID of %s until %s".formatted(identity, expires);
    }
  }

  /// Who issues them.
  interface Issuer {
    /// @throws StatusRuntimeException if it refuses, or is away
    String issue(Svid as, IssueJwtRequest request) throws IOException;
  }

  private final Issuer issuer;
  private final InstantSource clock;

  /// Those last used are at the end.
  private final Map<Wanted, Held> held = new LinkedHashMap<>(16, 0.75f, true);

  private final Map<Wanted, CompletableFuture<Held>> asked = new LinkedHashMap<>();

  JwtSvids(Issuer issuer, InstantSource clock) {
    this.issuer = issuer;
    this.clock = clock;
  }

  /// One for this audience; who asks for the same meanwhile gets the same.
  ///
  /// @return fails with a StatusRuntimeException that is fit for the client
  synchronized CompletableFuture<Held> fetch(Svid as, List<String> audience) {
    var wanted = new Wanted(as.identity(), List.copyOf(audience));
    var known = held.get(wanted);
    if (known != null && known.fresh(clock.instant())) {
      return CompletableFuture.completedFuture(known);
    }
    return asked.computeIfAbsent(
        wanted, _ -> CompletableFuture.supplyAsync(() -> obtained(as, wanted), THREADS));
  }

  private Held obtained(Svid as, Wanted wanted) {
    try {
      var issued = issued(as, wanted);
      keep(wanted, issued);
      return issued;
    } catch (StatusRuntimeException refused) {
      return instead(wanted, refused);
    } finally {
      answered(wanted);
    }
  }

  private Held issued(Svid as, Wanted wanted) {
    var request = IssueJwtRequest.newBuilder().addAllAudience(wanted.audience()).build();
    try {
      var token = issuer.issue(as, request);
      var claims = Jws.parse(token).claims();
      if (!JwtVerifier.subject(claims).equals(wanted.identity())) {
        throw new JwtRefused("sub: it is not " + wanted.identity());
      }
      return new Held(wanted.identity(), token, clock.instant(), JwtVerifier.expires(claims));
    } catch (JwtRefused wrong) {
      throw unavailable("the control plane sent no JWT-SVID: " + wrong.getMessage());
    } catch (IOException away) {
      throw unavailable(Failure.text(away));
    } catch (StatusRuntimeException refused) {
      throw told(refused);
    }
  }

  /// As the Workload API says it (Workload Endpoint, section 6).
  private static StatusRuntimeException told(StatusRuntimeException refused) {
    var why = Failure.text(refused);
    return switch (refused.getStatus().getCode()) {
      case INVALID_ARGUMENT -> Status.INVALID_ARGUMENT.withDescription(why).asRuntimeException();
      case PERMISSION_DENIED, UNAUTHENTICATED ->
          Status.PERMISSION_DENIED.withDescription(why).asRuntimeException();
      default -> unavailable(why);
    };
  }

  private static StatusRuntimeException unavailable(String why) {
    return Status.UNAVAILABLE.withDescription(why + "; try again").asRuntimeException();
  }

  /// What is left of an older one while the control plane is away; nothing if it refuses.
  private synchronized Held instead(Wanted wanted, StatusRuntimeException refused) {
    if (refused.getStatus().getCode() == Status.Code.PERMISSION_DENIED) {
      held.clear();
    }
    return Optional.ofNullable(held.get(wanted))
        .filter(old -> clock.instant().isBefore(old.expires()))
        .filter(_ -> refused.getStatus().getCode() == Status.Code.UNAVAILABLE)
        .orElseThrow(() -> refused);
  }

  private synchronized void keep(Wanted wanted, Held issued) {
    held.put(wanted, issued);
    if (held.size() > MOST) {
      held.remove(held.keySet().iterator().next());
    }
  }

  private synchronized void answered(Wanted wanted) {
    asked.remove(wanted);
  }
}
