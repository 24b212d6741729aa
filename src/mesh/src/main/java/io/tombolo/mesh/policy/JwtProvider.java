package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Names;
import java.time.Duration;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/// Whose tokens (JWT, RFC 7519) are taken, and how it is told that one is theirs.
///
/// @param id tells it from the providers of every source: `<world>/<source>/<name>`
/// @param issuer what `iss` must be
/// @param audiences of which `aud` must have one; empty if any will do
/// @param clockSkew by how much `exp` and `nbf` may be missed; whole seconds, at least one
/// @param keys that sign
public record JwtProvider(
    String id,
    String issuer,
    List<String> audiences,
    Duration clockSkew,
    Carriage carriage,
    Keys keys) {
  public JwtProvider {
    audiences = List.copyOf(audiences);
    if (issuer.isEmpty()) {
      throw new IllegalArgumentException("the issuer must not be empty");
    }
    var _ = Text.exact(issuer);
    if (clockSkew.toSeconds() < 1) {
      throw new IllegalArgumentException("the clock skew must be at least a second");
    }
  }

  /// How a request carries a token, and what the application gets of it.
  ///
  /// @param locations all of which are looked at; if there are none, the header `authorization`
  ///   (after `Bearer `) and the parameter `access_token`
  /// @param kept is a verified token left in the header that it came in?
  /// @param payload the header in which the application gets the claims; null if in none. What a
  ///   caller sends in it does not get through.
  public record Carriage(List<Location> locations, boolean kept, @Nullable Payload payload) {
    public static final Carriage USUAL = new Carriage(List.of(), false, null);

    public Carriage {
      locations = List.copyOf(locations);
    }
  }

  /// Where a token may be.
  public sealed interface Location {
    /// @param prefix what stands before the token, such as `Bearer `, or empty
    record Header(String name, String prefix) implements Location {
      public Header {
        requireHeader(name);
        var _ = Text.exact(prefix);
      }
    }

    record Parameter(String name) implements Location {
      public Parameter {
        requireName(name);
      }
    }

    record Cookie(String name) implements Location {
      public Cookie {
        requireName(name);
      }
    }
  }

  /// A header with the claims as they are in the token: JSON in base64url.
  ///
  /// @param padded with `=`
  public record Payload(String header, boolean padded) {
    /// What requests need to be carried, and what says who calls.
    private static final Set<String> TAKEN =
        Set.of(
            "host",
            "connection",
            "content-length",
            "te",
            "transfer-encoding",
            "upgrade",
            "x-forwarded-client-cert");

    public Payload {
      header = header.toLowerCase(Locale.ROOT);
      requireHeader(header);
      if (TAKEN.contains(header)) {
        throw new IllegalArgumentException(
            "the header %s has another meaning; name one of your own".formatted(header));
      }
    }
  }

  /// The keys that sign, as a JWK set (RFC 7517).
  public sealed interface Keys {
    /// @param jwks JSON, public keys only
    record Known(String jwks) implements Keys {}

    /// To be fetched by each proxy over TLS, by `GET`. One that has none verifies no token; one
    /// that has some keeps them until it gets newer ones.
    ///
    /// @param host a name, or an address without brackets
    /// @param target path and query, from `/` on
    /// @param cas PEM of the authorities that the server's certificate may come from; empty for
    ///   those of the proxy's host
    /// @param patience for an answer
    /// @param refresh how often they are fetched anew
    record Fetched(
        String host, int port, String target, String cas, Duration patience, Duration refresh)
        implements Keys {
      public Fetched {
        requireName(host);
        var _ = Text.exact(target);
        if (!target.startsWith("/") || port < 1 || port > 65535) {
          throw new IllegalArgumentException("keys are fetched from https://host[:port]/path");
        }
      }

      public String uri() {
        return "https://%s:%d%s"
            .formatted(host.contains(":") ? "[" + host + "]" : host, port, target);
      }
    }
  }

  private static void requireHeader(String name) {
    if (!Names.isToken(name)) {
      throw new IllegalArgumentException(
          "\"%s\" is no name of a header".formatted(Names.printable(name)));
    }
  }

  private static void requireName(String name) {
    if (name.isEmpty()) {
      throw new IllegalArgumentException("a name must not be empty");
    }
    var _ = Text.exact(name);
  }
}
