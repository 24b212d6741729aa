package io.tombolo.identity;

import java.io.IOException;
import java.security.cert.X509Certificate;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Roots of our own in the vault, numbered from 1, and intermediates under them. One that was
/// brought is taken before one is made.
final class OwnRoots implements IntermediateSource {
  private final SealedIssuers issuers;
  private final Certificates certificates;
  private final Terms terms;

  /// @throws StateUnusable if a root in the vault cannot be used
  OwnRoots(SealedIssuers issuers, Certificates certificates, Terms terms) throws IOException {
    this.issuers = issuers;
    this.certificates = certificates;
    this.terms = terms;
    var _ = all();
  }

  static String entry(int number) {
    return number == 1 ? "root" : "root-" + number;
  }

  /// Under the root of the current one, or under the first root, which is made if there is none.
  @Override
  public Optional<Intermediate> next(@Nullable Intermediate current, Instant now)
      throws IOException {
    if (current == null) {
      return Optional.of(under(make(1, now), now));
    }
    var root = known(current.root());
    boolean due = Intermediates.inLastThird(current, terms.intermediate(), now);
    if (root.isEmpty()) {
      return Optional.of(underNewRoot(List.of(), now));
    }
    return due && current.end().isBefore(root.get().end())
        ? Optional.of(under(root.get(), now))
        : Optional.empty();
  }

  @Override
  public Intermediate underNewRoot(List<X509Certificate> told, Instant now) throws IOException {
    return under(make(all().size() + 1, now), now);
  }

  @Override
  public boolean vouches(X509Certificate root) throws IOException {
    return known(root).isPresent();
  }

  private Optional<Issuer> known(X509Certificate root) throws IOException {
    return all().stream().filter(one -> one.certificate().equals(root)).findFirst();
  }

  private List<Issuer> all() throws IOException {
    var all = new ArrayList<Issuer>();
    for (int number = 1; ; number++) {
      var sealed = issuers.load(entry(number));
      if (sealed.isEmpty()) {
        return all;
      }
      all.add(issuer(sealed.get()));
    }
  }

  private Issuer make(int number, Instant now) throws IOException {
    var known = issuers.load(entry(number));
    if (known.isPresent()) {
      return issuer(known.get());
    }
    var waiting = BroughtRoot.waiting(issuers, all());
    var made = waiting.isPresent() ? waiting.get() : certificates.root(now, terms.root());
    return issuer(
        issuers.create(
            entry(number), new SealedIssuers.Sealed(List.of(made.certificate()), made.key())));
  }

  private static Issuer issuer(SealedIssuers.Sealed sealed) {
    return new Issuer(sealed.certificates().getFirst(), sealed.key());
  }

  private Intermediate under(Issuer root, Instant now) {
    var made = certificates.intermediate(root, now, terms.intermediate());
    return new Intermediate(List.of(made.certificate()), made.key(), root.certificate());
  }

  @Override
  public String toString() {
    return "the built-in CA in " + issuers.vault().where();
  }
}
