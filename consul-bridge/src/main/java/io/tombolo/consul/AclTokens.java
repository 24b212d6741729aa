package io.tombolo.consul;

import com.fasterxml.jackson.databind.JsonNode;
import io.tombolo.mesh.catalog.Names;
import java.io.IOException;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.List;
import java.util.SortedSet;
import java.util.TreeSet;

/// Asks a datacenter which services an ACL token is for. Consul's answer decides. Thread-safe.
public final class AclTokens implements AutoCloseable {
  private static final int LONGEST = 1024;
  private static final String ANONYMOUS = "00000000-0000-0000-0000-000000000002";

  /// What came of it.
  public sealed interface Verdict {
    /// The token is of this service.
    ///
    /// @param accessor the public id of the token
    record Verified(String service, String accessor) implements Verdict {}

    /// The token proves nothing.
    ///
    /// @param reason printable, without the token
    record Refused(String reason) implements Verdict {}

    /// Consul could not be asked; another try may help.
    record Unavailable(String reason) implements Verdict {}
  }

  private final String datacenter;
  private final ConsulApi api;

  /// @param datacenter the name by which Consul itself knows it
  /// @param settings where to ask; their token is not used
  public AclTokens(String datacenter, ConsulSource.Settings settings) throws IOException {
    this.datacenter = datacenter;
    this.api = new ConsulApi(settings);
  }

  /// Blocks while Consul is asked.
  ///
  /// @param token secret
  /// @param service which one, if the token is of several; empty if it is to be of one
  public Verdict verify(String token, String service, Instant now) {
    if (token.isEmpty()
        || token.length() > LONGEST
        || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      return new Verdict.Refused(
          "must be 1 to %d printable characters; send the content of the token file"
              .formatted(LONGEST));
    }
    try {
      return switch (api.tokenOf(token)) {
        case ConsulApi.Self.Token(var body) -> verdict(body, service, now);
        case ConsulApi.Self.Unknown _ ->
            new Verdict.Refused(
                "Consul does not know it, or it has expired; write a new one to the token file, as"
                    + " of consul login");
        case ConsulApi.Self.NoAcls _ ->
            new Verdict.Refused(
                "ACLs are off in datacenter %s, so no token proves anything there; turn them on, or"
                        .formatted(datacenter)
                    + " use a join token");
      };
    } catch (IOException away) {
      return new Verdict.Unavailable(String.valueOf(away.getMessage()));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      return new Verdict.Unavailable("interrupted");
    }
  }

  private Verdict verdict(JsonNode token, String service, Instant now) {
    var accessor = token.path("AccessorID").asText();
    if (accessor.isEmpty() || accessor.equals(ANONYMOUS)) {
      return new Verdict.Refused("is the anonymous one, which everybody has");
    }
    var namespace = token.path("Namespace").asText();
    if (!namespace.isEmpty() && !namespace.equals(ConsulWorld.NAMESPACE)) {
      return new Verdict.Refused(
          "is of namespace \"%s\"; only \"%s\" is in the mesh"
              .formatted(Names.printable(namespace), ConsulWorld.NAMESPACE));
    }
    if (expired(token.path("ExpirationTime").asText(), now)) {
      return new Verdict.Refused("has expired; write a new one to the token file");
    }
    return chosen(services(token), service, Names.printable(accessor));
  }

  private static boolean expired(String end, Instant now) {
    try {
      return !end.isEmpty() && !now.isBefore(Instant.parse(end));
    } catch (DateTimeParseException unknown) {
      return true;
    }
  }

  /// The services of the token's service identities that count in this datacenter.
  private SortedSet<String> services(JsonNode token) {
    var services = new TreeSet<String>();
    for (var identity : token.path("ServiceIdentities")) {
      var datacenters = identity.path("Datacenters");
      if (datacenters.isEmpty() || contains(datacenters, datacenter)) {
        services.add(identity.path("ServiceName").asText());
      }
    }
    return services;
  }

  private static boolean contains(JsonNode array, String text) {
    for (var one : array) {
      if (one.asText().equals(text)) {
        return true;
      }
    }
    return false;
  }

  private Verdict chosen(SortedSet<String> services, String wanted, String accessor) {
    if (services.isEmpty()) {
      return new Verdict.Refused(
          "has no service identity that counts in datacenter %s; make it with one, such as"
                  .formatted(datacenter)
              + " consul acl token create -service-identity=NAME:"
              + datacenter);
    }
    if (wanted.isEmpty() && services.size() > 1) {
      return new Verdict.Refused(
          "is of %d services (%s); say of which: --consul-service NAME"
              .formatted(services.size(), shown(services)));
    }
    var service = wanted.isEmpty() ? services.first() : wanted;
    if (!services.contains(service)) {
      return new Verdict.Refused(
          "is not of service \"%s\" but of %s"
              .formatted(Names.printable(service), shown(services)));
    }
    return Names.isLabel(service)
        ? new Verdict.Verified(service, accessor)
        : new Verdict.Refused(
            "is of service \"%s\", whose name is no DNS label: it cannot be in the mesh"
                .formatted(Names.printable(service)));
  }

  private static String shown(SortedSet<String> services) {
    return Names.printable(String.join(", ", List.copyOf(services)), 200);
  }

  @Override
  public void close() {
    api.close();
  }
}
