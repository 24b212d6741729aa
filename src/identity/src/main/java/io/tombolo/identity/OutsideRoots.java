package io.tombolo.identity;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/// The roots of an authority outside, as it told them last. They are kept in a file, so that the
/// control plane can start while that authority is away.
///
/// @param active the one that signs now
/// @param retiring those that sign no more, and are still to be trusted
public record OutsideRoots(
    TrustDomain trustDomain, X509Certificate active, List<X509Certificate> retiring) {
  private static final int MOST_BYTES = 1 << 20;
  private static final Pattern FORM =
      Pattern.compile("tombolo-outside-roots 1\ntrust-domain (\\S{1,255})\n(.+)", Pattern.DOTALL);

  public OutsideRoots {
    retiring = List.copyOf(retiring);
  }

  /// All of them, the active one first.
  public List<X509Certificate> all() {
    return Stream.concat(Stream.of(active), retiring.stream()).distinct().toList();
  }

  /// What was kept in a file; empty if there is none.
  ///
  /// @throws StateUnusable if it is not one that [#keep] wrote
  public static Optional<OutsideRoots> kept(Path file) throws IOException {
    return PrivateFiles.read(file, MOST_BYTES).map(bytes -> parse(file, bytes));
  }

  private static OutsideRoots parse(Path file, byte[] bytes) {
    var fields = FORM.matcher(new String(bytes, StandardCharsets.ISO_8859_1));
    try {
      if (fields.matches()) {
        var roots = Pem.parse(fields.group(2));
        return new OutsideRoots(
            new TrustDomain(fields.group(1)), roots.getFirst(), roots.subList(1, roots.size()));
      }
    } catch (IllegalArgumentException damaged) {
      // Told below.
    }
    throw new StateUnusable(
        "%s is not a file that Tombolo wrote; delete it, and start while the authority is there"
            .formatted(file));
  }

  /// Keeps them in a file.
  public void keep(Path file) throws IOException {
    var text = "tombolo-outside-roots 1\ntrust-domain %s\n%s".formatted(trustDomain, Pem.of(all()));
    PrivateFiles.replace(file, text.getBytes(StandardCharsets.US_ASCII));
  }
}
