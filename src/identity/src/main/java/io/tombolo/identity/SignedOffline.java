package io.tombolo.identity;

import java.io.IOException;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Intermediates that a person has signed where the control plane has no connection to, and brings.
/// Another process may request and bring while this one serves.
public final class SignedOffline implements IntermediateSource {
  private static final String NAME = "offline";
  private static final Duration ANY_LIFE = Duration.ofDays(36500);

  private final IntermediateRules rules;
  private final SealedIssuers issuers;
  private final IntermediateRequests requests;

  /// @param roots those that are accepted; empty for any
  /// @throws StateUnusable if what is kept cannot be used
  public SignedOffline(CaState state, List<X509Certificate> roots) throws IOException {
    rules = new IntermediateRules(state.trustDomain(), roots);
    issuers = state.issuers();
    requests = new IntermediateRequests(issuers, NAME);
  }

  /// The certificate request to be signed, in PEM: the same one until its certificate was brought.
  public String request(Instant now) throws IOException {
    var brought = brought();
    var open =
        requests.open(
            key ->
                brought.stream().anyMatch(one -> IntermediateRequests.sameKey(key, one.getFirst())),
            now);
    return requests.form(open, Duration.ZERO).pem();
  }

  /// Takes the certificate of a request, with those above it up to the root. It is used from when
  /// the control plane next looks.
  ///
  /// @param chain in any order
  /// @throws IllegalArgumentException if it is not fit to issue with, or of no request made here
  public Intermediate bring(List<X509Certificate> chain, Instant now) throws IOException {
    var key = Optional.<PrivateKey>empty();
    for (var one : chain) {
      key = key.isPresent() ? key : requests.key(one);
    }
    if (key.isEmpty()) {
      throw new IllegalArgumentException(
          "certificate: none of the %d is for a request that was made here; print that by: tombolo ca request"
              .formatted(chain.size()));
    }
    var fresh = rules.accept(chain, key.get(), now);
    var all = new ArrayList<>(fresh.chain());
    all.add(fresh.root());
    if (!brought().contains(all)) {
      int number = brought().size() + 1;
      var kept = issuers.create(entry(number), new SealedIssuers.Sealed(all, fresh.key()));
      if (!kept.certificates().equals(all)) {
        throw new IOException("another process brought one at the same time; try again");
      }
    }
    return fresh;
  }

  @Override
  public Optional<Intermediate> next(@Nullable Intermediate current, Instant now)
      throws IOException {
    int newest = brought().size();
    if (newest == 0) {
      throw new IOException(
          "no intermediate was brought yet; print its request by: tombolo ca request, have that"
              + " signed, and bring the chain by: tombolo ca import");
    }
    var sealed = issuers.load(entry(newest)).orElseThrow();
    var own = sealed.certificates().getFirst();
    if (current == null || !own.equals(current.certificate())) {
      try {
        return Optional.of(rules.accept(sealed.certificates(), sealed.key(), now));
      } catch (IllegalArgumentException refused) {
        throw new IOException(this + ": " + refused.getMessage(), refused);
      }
    }
    if (Intermediates.inLastThird(current, ANY_LIFE, now)) {
      throw new IOException(
          "the intermediate of %s ends at %s; run: tombolo ca request, have that signed, and: tombolo ca import"
              .formatted(this, current.end()));
    }
    return Optional.empty();
  }

  /// The newest that was brought; the root is told by it.
  @Override
  public Intermediate underNewRoot(List<X509Certificate> told, Instant now) throws IOException {
    return next(null, now)
        .filter(one -> !told.contains(one.root()))
        .orElseThrow(() ->
            new IOException(
                "nothing under another root was brought; have `tombolo ca request` signed by it,"
                    + " and bring the chain by: tombolo ca import"));
  }

  /// What was brought, in its order: the certificate and those above it.
  private List<List<X509Certificate>> brought() throws IOException {
    var all = new ArrayList<List<X509Certificate>>();
    for (var one = issuers.load(entry(1)); one.isPresent(); ) {
      all.add(one.get().certificates());
      one = issuers.load(entry(all.size() + 1));
    }
    return all;
  }

  private static String entry(int number) {
    return "offline-" + number;
  }

  @Override
  public String toString() {
    return "the offline root";
  }
}
