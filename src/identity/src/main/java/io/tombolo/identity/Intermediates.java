package io.tombolo.identity;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;

/// The intermediates that a vault holds, numbered from 1.
final class Intermediates {
  private final SealedIssuers issuers;
  private final List<Intermediate> all = new ArrayList<>();

  /// @throws StateUnusable if one of them cannot be used
  Intermediates(SealedIssuers issuers) throws IOException {
    this.issuers = issuers;
    var _ = more();
  }

  static String entry(int number) {
    return "intermediate-" + number;
  }

  /// Has the last third of its life begun?
  static boolean inLastThird(Intermediate one, Duration usualLife, Instant now) {
    var life = Duration.between(one.certificate().getNotBefore().toInstant(), one.end());
    var third = (life.compareTo(usualLife) < 0 ? life : usualLife).dividedBy(3);
    return Duration.between(now, one.end()).compareTo(third) < 0;
  }

  /// Keeps one under the next number.
  ///
  /// @return the one that is kept: this one, or that of a process that was first
  Intermediate add(Intermediate fresh) throws IOException {
    var certificates = new ArrayList<>(fresh.chain());
    certificates.add(fresh.root());
    int number = all.size() + 1;
    var kept =
        checked(
            number,
            issuers.create(entry(number), new SealedIssuers.Sealed(certificates, fresh.key())));
    all.add(kept);
    return kept;
  }

  /// Takes in what other processes have added.
  ///
  /// @return whether there was any
  boolean more() throws IOException {
    int before = all.size();
    for (var sealed = issuers.load(entry(before + 1));
        sealed.isPresent();
        sealed = issuers.load(entry(all.size() + 1))) {
      all.add(checked(all.size() + 1, sealed.get()));
    }
    return all.size() > before;
  }

  /// The newest, if there is one.
  Optional<Intermediate> newest() {
    return all.isEmpty() ? Optional.empty() : Optional.of(all.getLast());
  }

  /// The newest under a root, if there is one.
  Optional<Intermediate> newestUnder(X509Certificate root) {
    return all.reversed().stream().filter(one -> one.root().equals(root)).findFirst();
  }

  /// The root above the intermediate of a serial number.
  ///
  /// @param serial in hex
  Optional<X509Certificate> rootAbove(String serial) {
    return all.stream()
        .filter(one -> one.certificate().getSerialNumber().toString(16).equals(serial))
        .map(Intermediate::root)
        .findFirst();
  }

  /// The refusal of the newest.
  StateUnusable unusable(String what) {
    return issuers.unusable(entry(all.size()), what);
  }

  private Intermediate checked(int number, SealedIssuers.Sealed sealed) throws IOException {
    var certificates = sealed.certificates();
    var whole = certificates.size() > 1 ? certificates : withRoot(number, certificates.getFirst());
    for (int i = 0; i + 1 < whole.size(); i++) {
      if (!IntermediateRules.signed(whole.get(i), whole.get(i + 1))) {
        throw issuers.unusable(entry(number), "is not signed by the root there");
      }
    }
    return new Intermediate(whole.subList(0, whole.size() - 1), sealed.key(), whole.getLast());
  }

  /// Before there were several roots, an intermediate was kept without its root, the first one.
  private List<X509Certificate> withRoot(int number, X509Certificate certificate)
      throws IOException {
    var root = issuers.load(OwnRoots.entry(1));
    if (root.isEmpty()) {
      throw issuers.unusable(entry(number), "is not signed by the root there");
    }
    return List.of(certificate, root.get().certificates().getFirst());
  }
}
