package io.tombolo.identity;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Intermediates that an authority elsewhere signs, each with a key of its own that never leaves. A
/// failed attempt is not repeated at once, however often it is asked.
public final class SignedElsewhere implements IntermediateSource {
  private static final Duration LONGEST_PAUSE = Duration.ofSeconds(30);

  private final Signatory signatory;
  private final Duration life;
  private final IntermediateRules rules;
  private final IntermediateRequests requests;
  private @Nullable Intermediate latest;
  private String failure = "";
  private Instant again = Instant.MIN;

  /// @param life how long an intermediate is asked to hold
  /// @param roots those that are accepted; empty for any that the authority names
  /// @throws StateUnusable if what is kept of earlier requests cannot be used
  public SignedElsewhere(
      CaState state, Signatory signatory, Duration life, List<X509Certificate> roots)
      throws IOException {
    this.signatory = signatory;
    this.life = life;
    rules = new IntermediateRules(state.trustDomain(), roots);
    requests = new IntermediateRequests(state.issuers(), name(signatory));
  }

  @Override
  public Optional<Intermediate> next(@Nullable Intermediate current, Instant now)
      throws IOException {
    var own = current != null && requests.made(current.certificate()) ? current : null;
    if (own != null && !Intermediates.inLastThird(own, life, now)) {
      return Optional.empty();
    }
    if (latest != null
        && (current == null || !latest.certificate().equals(current.certificate()))
        && !Intermediates.inLastThird(latest, life, now)) {
      return Optional.of(latest);
    }
    return Optional.of(signed(own, now));
  }

  /// Has another one signed now, if the authority has another root by now.
  @Override
  public Intermediate underNewRoot(List<X509Certificate> told, Instant now) throws IOException {
    var fresh = signed(null, now);
    if (told.contains(fresh.root())) {
      throw new IOException(
          "%s still signs under the same root; change it there, and begin again"
              .formatted(signatory));
    }
    return fresh;
  }

  private Intermediate signed(@Nullable Intermediate current, Instant now) throws IOException {
    if (now.isBefore(again)) {
      throw new IOException(failure);
    }
    try {
      var fresh = attempt(current, now);
      latest = fresh;
      again = Instant.MIN;
      return fresh;
    } catch (IOException | IllegalArgumentException refused) {
      var pause = life.dividedBy(100);
      again = now.plus(pause.compareTo(LONGEST_PAUSE) < 0 ? pause : LONGEST_PAUSE);
      failure = "%s: %s".formatted(signatory, refused.getMessage());
      throw new IOException(failure, refused);
    }
  }

  private Intermediate attempt(@Nullable Intermediate current, Instant now) throws IOException {
    var request = requests.open(key -> used(key, current), now);
    var given = signatory.sign(requests.form(request, life));
    var fresh = rules.accept(given, request.key(), now);
    if (current != null && !fresh.end().isAfter(current.end())) {
      throw new IOException(
          "what it signs now ends at %s, no later than what we have; renew its own certificate"
              .formatted(fresh.end()));
    }
    return fresh;
  }

  private boolean used(X509Certificate key, @Nullable Intermediate current) {
    return (latest != null && IntermediateRequests.sameKey(key, latest.certificate()))
        || (current != null && IntermediateRequests.sameKey(key, current.certificate()));
  }

  /// Requests of one authority are kept apart from those of others.
  private static String name(Signatory signatory) {
    try {
      var hash =
          MessageDigest.getInstance("SHA-256")
              .digest(signatory.toString().getBytes(StandardCharsets.UTF_8));
      return HexFormat.of().formatHex(hash, 0, 8);
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException("this Java has no SHA-256", impossible);
    }
  }

  @Override
  public String toString() {
    return signatory.toString();
  }
}
