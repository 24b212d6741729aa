package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.GenericKubernetesResource;
import java.util.List;
import java.util.Optional;
import java.util.stream.Stream;

/// The kinds of other projects in which is written who may call whom.
enum Dialect {
  TRAFFIC_TARGET(Group.ACCESS, "TrafficTarget", "traffictargets"),
  IDENTITY_BINDING(Group.ACCESS, "IdentityBinding", "identitybindings"),
  HTTP_ROUTE_GROUP(Group.SPECS, "HTTPRouteGroup", "httproutegroups"),
  TCP_ROUTE(Group.SPECS, "TCPRoute", "tcproutes"),
  UDP_ROUTE(Group.SPECS, "UDPRoute", "udproutes"),
  X_AUTHORIZATION_POLICY(Group.GATEWAY, "XAuthorizationPolicy", "xauthorizationpolicies"),
  AUTHORIZATION_POLICY(Group.ISTIO, "AuthorizationPolicy", "authorizationpolicies"),
  SERVICE_INTENTIONS(Group.CONSUL, "ServiceIntentions", "serviceintentions");

  /// Where kinds are defined.
  enum Group {
    ACCESS("access.smi-spec.io"),
    SPECS("specs.smi-spec.io"),
    GATEWAY("gateway.networking.x-k8s.io"),
    ISTIO("security.istio.io"),
    CONSUL("consul.hashicorp.com");

    private final String apiGroup;

    Group(String apiGroup) {
      this.apiGroup = apiGroup;
    }

    /// As the API server calls it.
    String apiGroup() {
      return apiGroup;
    }

    /// The versions that are read, the newest first. They differ in form, not in meaning; an object
    /// is read by its form.
    List<String> versions() {
      return switch (this) {
        case ACCESS, SPECS -> List.of("v1alpha4", "v1alpha3", "v1alpha2", "v1alpha1");
        case ISTIO -> List.of("v1", "v1beta1");
        case CONSUL, GATEWAY -> List.of("v1alpha1");
      };
    }
  }

  private final Group group;
  private final String kind;
  private final String plural;

  Dialect(Group group, String kind, String plural) {
    this.group = group;
    this.kind = kind;
    this.plural = plural;
  }

  /// What kind of policy, or of something that policies refer to, an object is.
  static Optional<Dialect> of(GenericKubernetesResource object) {
    return Stream.of(values())
        .filter(one -> one.kind.equals(object.getKind()))
        .filter(one ->
            one.group.versions().stream()
                .map(version -> one.group.apiGroup() + "/" + version)
                .anyMatch(apiVersion -> apiVersion.equals(object.getApiVersion())))
        .findFirst();
  }

  Group group() {
    return group;
  }

  String kind() {
    return kind;
  }

  /// What the API server calls many of them.
  String plural() {
    return plural;
  }

  Ref named(String namespace, String name) {
    return new Ref(kind, namespace, name);
  }
}
