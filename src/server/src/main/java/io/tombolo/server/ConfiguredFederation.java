package io.tombolo.server;

import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import io.tombolo.server.federation.Relation;
import io.tombolo.server.ports.BundlePort;
import io.tombolo.server.ports.OwnCertificate;
import io.tombolo.server.ports.WebCertificate;
import java.io.IOException;
import java.net.InetSocketAddress;
import java.net.URI;
import java.util.List;
import java.util.Optional;
import java.util.function.Supplier;

/// What is configured of federation. Errors name the key.
final class ConfiguredFederation {
  private static final String SPIFFE = "https_spiffe";
  private static final String WEB = "https_web";

  private ConfiguredFederation() {}

  /// The other trust domains.
  static List<Relation> relations(TomboloConfig config, TrustDomain own) {
    var relations =
        config.federation().domains().entrySet().stream()
            .map(entry -> relation(entry.getKey(), entry.getValue(), own))
            .toList();
    relations.forEach(relation -> requireKnown(relation, relations, own));
    return relations;
  }

  private static String key(String domain) {
    return "tombolo.federation.domains.\"%s\"".formatted(domain);
  }

  private static Relation relation(String name, TomboloConfig.Partner written, TrustDomain own) {
    try {
      var domain = new TrustDomain(name);
      if (domain.equals(own)) {
        throw new IllegalArgumentException(
            "this is the mesh's own trust domain, whose bundle is its own authority's");
      }
      return new Relation(domain, URI.create(written.url()), profile(written));
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(key(name) + ": " + wrong.getMessage(), wrong);
    }
  }

  private static Relation.Profile profile(TomboloConfig.Partner written) {
    return switch (written.profile()) {
      case SPIFFE -> {
        refuse("ca", written.ca(), WEB);
        var id =
            written
                .endpointSpiffeId()
                .orElseThrow(() ->
                    new IllegalArgumentException("endpoint-spiffe-id: missing for " + SPIFFE));
        yield new Relation.Profile.Spiffe(SpiffeId.parse(id), written.bootstrapBundle());
      }
      case WEB -> {
        refuse("endpoint-spiffe-id", written.endpointSpiffeId(), SPIFFE);
        refuse("bootstrap-bundle", written.bootstrapBundle(), SPIFFE);
        yield new Relation.Profile.Web(written.ca());
      }
      default -> throw new IllegalArgumentException("profile: must be https_spiffe or https_web");
    };
  }

  private static void refuse(String name, Optional<?> value, String profile) {
    if (value.isPresent()) {
      throw new IllegalArgumentException(name + ": is for the profile " + profile + " only");
    }
  }

  /// An endpoint can be authenticated only by a bundle that there is.
  private static void requireKnown(Relation relation, List<Relation> all, TrustDomain own) {
    if (relation.profile() instanceof Relation.Profile.Spiffe(var endpoint, _)
        && !endpoint.trustDomain().equals(own)
        && all.stream().noneMatch(one -> one.trustDomain().equals(endpoint.trustDomain()))) {
      throw new IllegalArgumentException(
          "%s.endpoint-spiffe-id: is of trust domain %s; configure that one too"
              .formatted(key(relation.trustDomain().name()), endpoint.trustDomain()));
    }
  }

  /// The port that tells our bundle, if it is to be open.
  ///
  /// @param bundle what it serves
  static Optional<BundlePort> port(
      TomboloConfig config, OwnCertificate own, Supplier<byte[]> bundle) throws IOException {
    var endpoint = config.federation().endpoint();
    if (endpoint.port().isEmpty()) {
      return Optional.empty();
    }
    var address = new InetSocketAddress(endpoint.address(), endpoint.port().getAsInt());
    try {
      return Optional.of(
          switch (endpoint.profile()) {
            case SPIFFE -> {
              refuse("certificate", endpoint.certificate(), WEB);
              refuse("key", endpoint.key(), WEB);
              yield BundlePort.spiffe(address, own, bundle);
            }
            case WEB -> BundlePort.web(address, web(endpoint), bundle);
            default ->
                throw new IllegalArgumentException("profile: must be https_spiffe or https_web");
          });
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException(
          "tombolo.federation.endpoint." + wrong.getMessage(), wrong);
    }
  }

  private static WebCertificate web(TomboloConfig.BundleEndpoint endpoint) {
    if (endpoint.certificate().isEmpty() || endpoint.key().isEmpty()) {
      throw new IllegalArgumentException("certificate and .key: both are needed for " + WEB);
    }
    try {
      return new WebCertificate(endpoint.certificate().get(), endpoint.key().get());
    } catch (IllegalArgumentException wrong) {
      throw new IllegalArgumentException("certificate: " + wrong.getMessage(), wrong);
    }
  }
}
