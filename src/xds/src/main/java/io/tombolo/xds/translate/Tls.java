package io.tombolo.xds.translate;

import com.google.protobuf.BoolValue;
import io.envoyproxy.envoy.config.core.v3.ApiConfigSource;
import io.envoyproxy.envoy.config.core.v3.ApiVersion;
import io.envoyproxy.envoy.config.core.v3.ConfigSource;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.GrpcService;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateProviderPluginInstance;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SdsSecretConfig;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.SubjectAltNameMatcher;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsParameters;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.UpstreamTlsContext;
import io.envoyproxy.envoy.type.matcher.v3.StringMatcher;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.identity.TrustDomain;
import java.net.InetAddress;
import java.util.Collection;
import java.util.List;
import java.util.stream.Stream;

/// Mutual TLS between proxies: TLS 1.3, keys and roots by SDS from the agent of the host, the
/// peer's SPIFFE ID verified. And TLS to servers outside the mesh.
final class Tls {
  /// The cluster in every proxy's bootstrap that leads to the agent's socket.
  private static final String AGENT = "sds-agent";

  /// No certificate has this: the trust domain's authority issues SPIFFE IDs only.
  private static final String NO_IDENTITY = "tombolo:no-workload";

  private static final TlsParameters ONLY_1_3 =
      TlsParameters.newBuilder()
          .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
          .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
          .build();

  private static final TlsParameters SINCE_1_2 =
      TlsParameters.newBuilder()
          .setTlsMinimumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_2)
          .setTlsMaximumProtocolVersion(TlsParameters.TlsProtocol.TLSv1_3)
          .build();

  /// Where Debian and those that come from it have the authorities that a host trusts.
  private static final String HOST_AUTHORITIES = "/etc/ssl/certs/ca-certificates.crt";

  private static final SdsSecretConfig KEY = secret("default");
  private static final SdsSecretConfig ROOTS = secret("ROOTCA");

  /// The roots of each trust domain, its own and those it federates with, each for itself.
  private static final SdsSecretConfig ROOTS_BY_DOMAIN = secret("ROOTCA-by-trust-domain");

  private static final CertificateProviderPluginInstance GRPC_FILES =
      CertificateProviderPluginInstance.newBuilder().setInstanceName("default").build();

  private Tls() {}

  /// To a peer that must be one of these. If there are none, nobody is accepted.
  static TransportSocket upstream(String sni, Protocol protocol, Collection<SpiffeId> identities) {
    var accepted =
        identities.isEmpty()
            ? List.of(exactly(NO_IDENTITY))
            : identities.stream().map(id -> exactly(id.toString())).toList();
    return socket(
        Protos.any(
            UpstreamTlsContext.newBuilder()
                .setSni(sni)
                .setCommonTlsContext(
                    common(accepted, ROOTS).addAllAlpnProtocols(List.of(alpn(protocol))))
                .build()));
  }

  /// From a peer that must have an identity of the trust domain, or of one of its partners. Which
  /// of them may call is decided by [Rbac].
  ///
  /// @param partners other trust domains; if there are any, [Partners#filter] is needed as well
  static TransportSocket downstream(
      TrustDomain trustDomain, List<TrustDomain> partners, Protocol protocol) {
    var anyone = Stream.concat(Stream.of(trustDomain), partners.stream()).map(Tls::of).toList();
    var roots = partners.isEmpty() ? ROOTS : ROOTS_BY_DOMAIN;
    var offered = protocol.isHttp() ? List.of("h2", "http/1.1") : List.of("tombolo");
    return socket(
        Protos.any(
            DownstreamTlsContext.newBuilder()
                .setRequireClientCertificate(BoolValue.of(true))
                .setCommonTlsContext(common(anyone, roots).addAllAlpnProtocols(offered))
                .build()));
  }

  /// From a peer whom the roots of the trust domain have signed for, at a gRPC server that has its
  /// key and roots from the provider `default` of its bootstrap. gRPC takes no names of peers here:
  /// [Rbac#outsideGrpcProfile] looks at them.
  static TransportSocket ofGrpcServer() {
    var roots =
        CertificateValidationContext.newBuilder().setCaCertificateProviderInstance(GRPC_FILES);
    return socket(
        Protos.any(
            DownstreamTlsContext.newBuilder()
                .setRequireClientCertificate(BoolValue.of(true))
                .setCommonTlsContext(
                    CommonTlsContext.newBuilder()
                        .setTlsCertificateProviderInstance(GRPC_FILES)
                        .setValidationContext(roots))
                .build()));
  }

  /// To a server outside the mesh, which must have a certificate for this host.
  ///
  /// @param host a name or an address
  /// @param cas PEM of the authorities it may come from; empty for those of the proxy's host
  static TransportSocket server(String host, String cas) {
    var name = SubjectAltNameMatcher.newBuilder().setMatcher(exactText(host));
    var context = UpstreamTlsContext.newBuilder();
    if (isAddress(host)) {
      name.setSanType(SubjectAltNameMatcher.SanType.IP_ADDRESS);
    } else {
      name.setSanType(SubjectAltNameMatcher.SanType.DNS);
      context.setSni(host);
    }
    var authorities =
        cas.isEmpty()
            ? DataSource.newBuilder().setFilename(HOST_AUTHORITIES)
            : DataSource.newBuilder().setInlineString(cas);
    return socket(
        Protos.any(
            context
                .setCommonTlsContext(
                    CommonTlsContext.newBuilder()
                        .setTlsParams(SINCE_1_2)
                        .setValidationContext(
                            CertificateValidationContext.newBuilder()
                                .setTrustedCa(authorities)
                                .addMatchTypedSubjectAltNames(name)))
                .build()));
  }

  private static boolean isAddress(String host) {
    try {
      var _ = InetAddress.ofLiteral(host);
      return true;
    } catch (IllegalArgumentException name) {
      return false;
    }
  }

  private static String alpn(Protocol protocol) {
    return switch (protocol) {
      case TCP -> "tombolo";
      case HTTP -> "http/1.1";
      case HTTP2, GRPC -> "h2";
    };
  }

  private static CommonTlsContext.Builder common(
      List<SubjectAltNameMatcher> peers, SdsSecretConfig roots) {
    var combined =
        CommonTlsContext.CombinedCertificateValidationContext.newBuilder()
            .setDefaultValidationContext(
                CertificateValidationContext.newBuilder().addAllMatchTypedSubjectAltNames(peers))
            .setValidationContextSdsSecretConfig(roots);
    return CommonTlsContext.newBuilder()
        .setTlsParams(ONLY_1_3)
        .addTlsCertificateSdsSecretConfigs(KEY)
        .setCombinedValidationContext(combined);
  }

  private static SdsSecretConfig secret(String name) {
    var agent =
        GrpcService.newBuilder()
            .setEnvoyGrpc(GrpcService.EnvoyGrpc.newBuilder().setClusterName(AGENT));
    var source =
        ApiConfigSource.newBuilder()
            .setApiType(ApiConfigSource.ApiType.GRPC)
            .setTransportApiVersion(ApiVersion.V3)
            .addGrpcServices(agent);
    return SdsSecretConfig.newBuilder()
        .setName(name)
        .setSdsConfig(
            ConfigSource.newBuilder()
                .setApiConfigSource(source)
                .setResourceApiVersion(ApiVersion.V3)
                .setInitialFetchTimeout(Protos.seconds(15)))
        .build();
  }

  private static SubjectAltNameMatcher of(TrustDomain domain) {
    return uri(StringMatcher.newBuilder().setPrefix("spiffe://" + domain + "/").build());
  }

  private static SubjectAltNameMatcher exactly(String identity) {
    return uri(exactText(identity));
  }

  private static StringMatcher exactText(String text) {
    return StringMatcher.newBuilder().setExact(text).build();
  }

  private static SubjectAltNameMatcher uri(StringMatcher matcher) {
    return SubjectAltNameMatcher.newBuilder()
        .setSanType(SubjectAltNameMatcher.SanType.URI)
        .setMatcher(matcher)
        .build();
  }

  private static TransportSocket socket(com.google.protobuf.Any context) {
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(context)
        .build();
  }
}
