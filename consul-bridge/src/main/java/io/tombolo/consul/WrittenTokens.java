package io.tombolo.consul;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Text;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/// The `JWT` of a `service-intentions` entry or of a permission: a token of one of its providers,
/// with all of the claims asked of it.
final class WrittenTokens {
  private static final String FIELD = "JWT";
  private static final Set<String> OF_PROVIDER = Set.of("Name", "VerifyClaims");
  private static final Set<String> OF_CLAIM = Set.of("Path", "Value");
  private static final int LONGEST_NAME = 128;

  private final Problems problems;

  WrittenTokens(Problems problems) {
    this.problems = problems;
  }

  /// May a provider be called so? Its name becomes part of names at proxies.
  static boolean isName(String name) {
    return !name.isEmpty()
        && name.length() <= LONGEST_NAME
        && name.chars().allMatch(c -> Names.isAlphanumeric(c) || "-_.".indexOf(c) >= 0);
  }

  /// @return always, if it asks for none
  Condition of(Fields written) {
    if (written.get(FIELD) == null) {
      return Condition.always();
    }
    var jwt = written.object(FIELD);
    refuseBeyond(jwt, Set.of("Providers"));
    var providers = jwt.objects("Providers");
    if (providers.isEmpty()) {
      problems.add(jwt.at("Providers"), "must name at least one provider; or leave out JWT");
    }
    return Condition.anyOf(providers.stream().map(this::token).toList());
  }

  private Condition token(Fields written) {
    refuseBeyond(written, OF_PROVIDER);
    var name = written.text("Name");
    if (!isName(name)) {
      problems.add(
          written.at("Name"),
          "\"%s\" must be the name of a jwt-provider entry (a-z, A-Z, 0-9, '-', '_', '.')"
              .formatted(Names.printable(name)));
      return Condition.never();
    }
    var claims = new ArrayList<Condition.Claim>();
    for (var claim : written.objects("VerifyClaims")) {
      refuseBeyond(claim, OF_CLAIM);
      claim(name, claim, claims);
    }
    return new Condition.Token(name, claims);
  }

  private void claim(String provider, Fields written, List<Condition.Claim> claims) {
    try {
      var value = Text.exact(written.text("Value"));
      claims.add(new Condition.Claim(provider, written.texts("Path"), value));
    } catch (IllegalArgumentException bad) {
      problems.add(written.at("Path"), "and Value: " + bad.getMessage());
    }
  }

  private void refuseBeyond(Fields fields, Set<String> known) {
    problems.refuseBeyond(fields, known, _ -> "is not known to JWT; remove it");
  }
}
