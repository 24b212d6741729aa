package io.tombolo.server;

import com.google.protobuf.ByteString;
import io.grpc.Attributes;
import io.grpc.ManagedChannel;
import io.grpc.netty.GrpcSslContexts;
import io.grpc.netty.NettyChannelBuilder;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.KubernetesProof;
import io.tombolo.api.identity.v1.RenewRequest;
import io.tombolo.mesh.identity.Pinned;
import java.io.ByteArrayInputStream;
import java.net.InetSocketAddress;
import java.net.SocketAddress;
import java.nio.file.Path;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.security.spec.ECGenParameterSpec;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.TimeUnit;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.ExtensionsGenerator;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.jcajce.JcaPKCS10CertificationRequestBuilder;

/// What hosts do at the real port of a control plane in this JVM. Each call has a connection of its
/// own unless it is given one.
///
/// @param state the control plane's state directory
record Hosts(Path state, ControlPlane controlPlane, List<ManagedChannel> channels)
    implements AutoCloseable {
  private static final long PATIENCE_SECONDS = 60;

  static Hosts of(Path state, ControlPlane controlPlane) {
    return new Hosts(state, controlPlane, new CopyOnWriteArrayList<>());
  }

  /// A host with its key and its SVID.
  record Host(KeyPair keys, List<X509Certificate> chain) {
    X509Certificate leaf() {
      return chain.getFirst();
    }

    /// All that its certificate says about who it is.
    List<?> names() throws Exception {
      return List.copyOf(leaf().getSubjectAlternativeNames());
    }

    /// Somebody who has this host's certificate, but not its key.
    Host without(KeyPair own) {
      return new Host(own, chain);
    }
  }

  static KeyPair keys() throws Exception {
    var generator = KeyPairGenerator.getInstance("EC");
    generator.initialize(new ECGenParameterSpec("secp256r1"));
    return generator.generateKeyPair();
  }

  static ByteString csr(KeyPair keys) throws Exception {
    return signed(
        new JcaPKCS10CertificationRequestBuilder(new X500Name("CN=host"), keys.getPublic()), keys);
  }

  /// A request that asks for these URIs.
  static ByteString csr(KeyPair keys, List<String> uris) throws Exception {
    var names =
        uris.stream()
            .map(uri -> new GeneralName(GeneralName.uniformResourceIdentifier, uri))
            .toArray(GeneralName[]::new);
    var extensions = new ExtensionsGenerator();
    extensions.addExtension(Extension.subjectAlternativeName, true, new GeneralNames(names));
    var request =
        new JcaPKCS10CertificationRequestBuilder(
            new X500Name("CN=" + uris.getFirst()), keys.getPublic());
    request.addAttribute(PKCSObjectIdentifiers.pkcs_9_at_extensionRequest, extensions.generate());
    return signed(request, keys);
  }

  private static ByteString signed(JcaPKCS10CertificationRequestBuilder request, KeyPair keys)
      throws Exception {
    var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
    return ByteString.copyFrom(request.build(signer).getEncoded());
  }

  static Host host(KeyPair keys, Issued issued) throws Exception {
    var factory = CertificateFactory.getInstance("X.509");
    var chain = new ArrayList<X509Certificate>();
    for (var certificate : issued.getChainList()) {
      chain.add(
          (X509Certificate)
              factory.generateCertificate(new ByteArrayInputStream(certificate.toByteArray())));
    }
    return new Host(keys, chain);
  }

  /// A connection of somebody without a certificate, or of a host.
  ManagedChannel channel(Host... host) throws Exception {
    return channelFrom("127.0.0.1", host);
  }

  /// A connection that comes from this address.
  ManagedChannel channelFrom(String address, Host... host) throws Exception {
    var tls = GrpcSslContexts.forClient().trustManager(new Pinned(state.resolve("bundle.pem")));
    for (var one : host) {
      tls.keyManager(one.keys.getPrivate(), one.chain);
    }
    var channel =
        NettyChannelBuilder.forAddress("127.0.0.1", controlPlane.port().port())
            .sslContext(tls.build())
            .localSocketPicker(from(address))
            .build();
    channels.add(channel);
    return channel;
  }

  private static NettyChannelBuilder.LocalSocketPicker from(String address) {
    return new NettyChannelBuilder.LocalSocketPicker() {
      @Override
      public InetSocketAddress createSocketAddress(SocketAddress remote, Attributes attributes) {
        return new InetSocketAddress(address, 0);
      }
    };
  }

  static IdentityGrpc.IdentityBlockingStub identity(ManagedChannel channel) {
    return IdentityGrpc.newBlockingStub(channel)
        .withDeadlineAfter(PATIENCE_SECONDS, TimeUnit.SECONDS);
  }

  static AttestRequest joining(ByteString csr, String token) {
    return AttestRequest.newBuilder().setCsr(csr).setJoinToken(token).build();
  }

  static AttestRequest attesting(ByteString csr, String cluster, String token) {
    var proof =
        KubernetesProof.newBuilder().setCluster(cluster).setServiceAccountToken(token).build();
    return AttestRequest.newBuilder().setCsr(csr).setKubernetes(proof).build();
  }

  Host join(String token, KeyPair keys) throws Exception {
    return host(keys, identity(channel()).attest(joining(csr(keys), token)));
  }

  Host renew(Host host) throws Exception {
    var request = RenewRequest.newBuilder().setCsr(csr(host.keys)).build();
    return host(host.keys, identity(channel(host)).renew(request));
  }

  @Override
  public void close() {
    channels.forEach(ManagedChannel::shutdownNow);
  }
}
