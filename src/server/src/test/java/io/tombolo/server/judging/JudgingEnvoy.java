package io.tombolo.server.judging;

import com.google.protobuf.Any;
import com.google.protobuf.ByteString;
import com.google.protobuf.Message;
import com.google.protobuf.TypeRegistry;
import com.google.protobuf.util.JsonFormat;
import io.envoyproxy.envoy.config.bootstrap.v3.Admin;
import io.envoyproxy.envoy.config.bootstrap.v3.Bootstrap;
import io.envoyproxy.envoy.config.core.v3.Address;
import io.envoyproxy.envoy.config.core.v3.DataSource;
import io.envoyproxy.envoy.config.core.v3.SocketAddress;
import io.envoyproxy.envoy.config.core.v3.TransportSocket;
import io.envoyproxy.envoy.config.listener.v3.Filter;
import io.envoyproxy.envoy.config.listener.v3.FilterChain;
import io.envoyproxy.envoy.config.listener.v3.FilterChainMatch;
import io.envoyproxy.envoy.config.listener.v3.Listener;
import io.envoyproxy.envoy.config.listener.v3.ListenerFilter;
import io.envoyproxy.envoy.config.rbac.v3.Action;
import io.envoyproxy.envoy.config.rbac.v3.RBAC;
import io.envoyproxy.envoy.config.route.v3.DirectResponseAction;
import io.envoyproxy.envoy.config.route.v3.Route;
import io.envoyproxy.envoy.config.route.v3.RouteConfiguration;
import io.envoyproxy.envoy.config.route.v3.VirtualHost;
import io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBACPerRoute;
import io.envoyproxy.envoy.extensions.filters.http.router.v3.Router;
import io.envoyproxy.envoy.extensions.filters.listener.tls_inspector.v3.TlsInspector;
import io.envoyproxy.envoy.extensions.filters.network.echo.v3.Echo;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpConnectionManager;
import io.envoyproxy.envoy.extensions.filters.network.http_connection_manager.v3.HttpFilter;
import io.envoyproxy.envoy.extensions.matching.common_inputs.ssl.v3.UriSanInput;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CertificateValidationContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.CommonTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.DownstreamTlsContext;
import io.envoyproxy.envoy.extensions.transport_sockets.tls.v3.TlsCertificate;
import io.envoyproxy.envoy.type.matcher.v3.HttpRequestHeaderMatchInput;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Request;
import io.tombolo.server.federation.Mint;
import io.tombolo.testbed.Envoy;
import io.tombolo.testbed.Loopback;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.net.InetAddress;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.PrivateKey;
import java.security.cert.Certificate;
import java.security.cert.CertificateEncodingException;
import java.security.cert.CertificateFactory;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import javax.net.ssl.KeyManager;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SNIHostName;
import javax.net.ssl.SSLContext;
import javax.net.ssl.SSLSocket;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;

/// A real Envoy that has many policies at once and says what it makes of requests by each of them:
/// each is the rules of a virtual host, and of connections with its own SNI. Paths and headers are
/// taken as they come.
public final class JudgingEnvoy implements AutoCloseable {
  private static final int AT_ONCE = 8;
  private static final char[] NO_PASSWORD = new char[0];
  private static final String RBAC_FILTER = "envoy.filters.http.rbac";
  private static final TypeRegistry TYPES =
      TypeRegistry.newBuilder()
          .add(HttpConnectionManager.getDescriptor())
          .add(io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDescriptor())
          .add(io.envoyproxy.envoy.extensions.filters.network.rbac.v3.RBAC.getDescriptor())
          .add(RBACPerRoute.getDescriptor())
          .add(HttpRequestHeaderMatchInput.getDescriptor())
          .add(UriSanInput.getDescriptor())
          .add(Action.getDescriptor())
          .add(Router.getDescriptor())
          .add(Echo.getDescriptor())
          .add(TlsInspector.getDescriptor())
          .add(DownstreamTlsContext.getDescriptor())
          .build();

  private final Envoy envoy;
  private final Authority authority;
  private final int requests;
  private final int connections;

  /// Who signs for callers and for Envoy; kept between rounds, for keys take time. Thread-safe.
  public static final class Authority {
    private final Mint mint = Mint.of("judging.example");
    private final Map<SpiffeId, KeyManager[]> keys = new ConcurrentHashMap<>();
    private final TrustManager[] trusted = trusted(mint);

    /// A new one each time, for when Java resumes a session it names the host of that one.
    private SSLContext of(SpiffeId caller) throws GeneralSecurityException {
      var context = SSLContext.getInstance("TLS");
      context.init(keys.computeIfAbsent(caller, this::keys), trusted, null);
      return context;
    }

    private KeyManager[] keys(SpiffeId caller) {
      try {
        var leaf = mint.leaf(Mint.Says.svid(caller.toString()));
        var keys = empty();
        var chain = new Certificate[] {reread(leaf.certificate())};
        keys.setKeyEntry("own", leaf.keys().getPrivate(), NO_PASSWORD, chain);
        var own = KeyManagerFactory.getInstance("PKIX");
        own.init(keys, NO_PASSWORD);
        return own.getKeyManagers();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    private static TrustManager[] trusted(Mint mint) {
      try {
        var roots = empty();
        roots.setCertificateEntry("root", reread(mint.root()));
        var trust = TrustManagerFactory.getInstance("PKIX");
        trust.init(roots);
        return trust.getTrustManagers();
      } catch (GeneralSecurityException e) {
        throw new IllegalStateException(e);
      }
    }

    private static KeyStore empty() throws GeneralSecurityException {
      try {
        var store = KeyStore.getInstance("PKCS12");
        store.load(null, NO_PASSWORD);
        return store;
      } catch (IOException e) {
        throw new UncheckedIOException(e);
      }
    }

    private static Certificate reread(Certificate certificate) throws GeneralSecurityException {
      return CertificateFactory.getInstance("X.509")
          .generateCertificate(new java.io.ByteArrayInputStream(certificate.getEncoded()));
    }
  }

  private JudgingEnvoy(Envoy envoy, Authority authority, int requests, int connections) {
    this.envoy = envoy;
    this.authority = authority;
    this.requests = requests;
    this.connections = connections;
  }

  /// @param ofRequests the routes by which policy number n judges requests; where they lead to is
  ///   replaced by an answer
  /// @param ofConnections by which policy number n judges connections
  public static JudgingEnvoy start(
      Authority authority, List<List<Route>> ofRequests, List<RBAC> ofConnections)
      throws Exception {
    var place = new Loopback();
    int admin = place.freePort();
    int requests = place.freePort();
    int connections = place.freePort();
    var tls = tls(authority.mint);
    var bootstrap = Bootstrap.newBuilder();
    bootstrap.setAdmin(Admin.newBuilder().setAddress(address(admin)));
    var all = bootstrap.getStaticResourcesBuilder();
    all.addListeners(requestsAt(requests, ofRequests, tls));
    if (!ofConnections.isEmpty()) {
      all.addListeners(connectionsAt(connections, ofConnections, tls));
    }
    var envoy =
        Envoy.start(
            "judging",
            place,
            JsonFormat.printer().usingTypeRegistry(TYPES).print(bootstrap),
            "http://127.0.0.1:" + admin);
    envoy.awaitReady();
    return new JudgingEnvoy(envoy, authority, requests, connections);
  }

  private static Listener requestsAt(int port, List<List<Route>> policies, TransportSocket tls) {
    var routes = RouteConfiguration.newBuilder().setName("judging");
    for (int i = 0; i < policies.size(); i++) {
      var host = VirtualHost.newBuilder().setName("p" + i).addDomains("p" + i);
      for (var route : policies.get(i)) {
        host.addRoutes(
            route.toBuilder().setDirectResponse(DirectResponseAction.newBuilder().setStatus(200)));
      }
      routes.addVirtualHosts(host);
    }
    var manager =
        HttpConnectionManager.newBuilder()
            .setStatPrefix("judging")
            .setRouteConfig(routes)
            .addHttpFilters(guard())
            .addHttpFilters(
                filter(
                    RBAC_FILTER,
                    io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDefaultInstance()))
            .addHttpFilters(filter("envoy.filters.http.router", Router.getDefaultInstance()));
    var chain =
        FilterChain.newBuilder()
            .setTransportSocket(tls)
            .addFilters(
                Filter.newBuilder()
                    .setName("envoy.filters.network.http_connection_manager")
                    .setTypedConfig(Any.pack(manager.build())));
    return Listener.newBuilder()
        .setName("requests")
        .setAddress(address(port))
        .addFilterChains(chain)
        .build();
  }

  /// As our listeners have it.
  private static HttpFilter guard() {
    return HttpFilter.newBuilder()
        .setName("tombolo.no_lists")
        .setTypedConfig(
            Any.pack(io.envoyproxy.envoy.extensions.filters.http.rbac.v3.RBAC.getDefaultInstance()))
        .setDisabled(true)
        .build();
  }

  private static HttpFilter filter(String name, Message config) {
    return HttpFilter.newBuilder().setName(name).setTypedConfig(Any.pack(config)).build();
  }

  private static Listener connectionsAt(int port, List<RBAC> policies, TransportSocket tls) {
    var listener =
        Listener.newBuilder()
            .setName("connections")
            .setAddress(address(port))
            .addListenerFilters(
                ListenerFilter.newBuilder()
                    .setName("envoy.filters.listener.tls_inspector")
                    .setTypedConfig(Any.pack(TlsInspector.getDefaultInstance())));
    for (int i = 0; i < policies.size(); i++) {
      var rbac =
          io.envoyproxy
              .envoy
              .extensions
              .filters
              .network
              .rbac
              .v3
              .RBAC
              .newBuilder()
              .setStatPrefix("judging")
              .setRules(policies.get(i));
      listener.addFilterChains(
          FilterChain.newBuilder()
              .setName("p" + i)
              .setFilterChainMatch(
                  FilterChainMatch.newBuilder().addServerNames("p%d.example".formatted(i)))
              .setTransportSocket(tls)
              .addFilters(
                  Filter.newBuilder()
                      .setName("envoy.filters.network.rbac")
                      .setTypedConfig(Any.pack(rbac.build())))
              .addFilters(
                  Filter.newBuilder()
                      .setName("envoy.filters.network.echo")
                      .setTypedConfig(Any.pack(Echo.getDefaultInstance()))));
    }
    return listener.build();
  }

  private static Address address(int port) {
    return Address.newBuilder()
        .setSocketAddress(SocketAddress.newBuilder().setAddress("127.0.0.1").setPortValue(port))
        .build();
  }

  private static TransportSocket tls(Mint mint) throws CertificateEncodingException {
    var own = mint.leaf(Mint.Says.svid("spiffe://judging.example/envoy"));
    var common =
        CommonTlsContext.newBuilder()
            .addTlsCertificates(
                TlsCertificate.newBuilder()
                    .setCertificateChain(inline(pem("CERTIFICATE", own.certificate().getEncoded())))
                    .setPrivateKey(inline(pem("PRIVATE KEY", key(own.keys().getPrivate())))))
            .setValidationContext(
                CertificateValidationContext.newBuilder()
                    .setTrustedCa(inline(pem("CERTIFICATE", mint.root().getEncoded()))));
    var context =
        DownstreamTlsContext.newBuilder()
            .setRequireClientCertificate(com.google.protobuf.BoolValue.of(true))
            .setCommonTlsContext(common);
    return TransportSocket.newBuilder()
        .setName("envoy.transport_sockets.tls")
        .setTypedConfig(Any.pack(context.build()))
        .build();
  }

  private static byte[] key(PrivateKey key) {
    return key.getEncoded();
  }

  private static DataSource inline(String text) {
    return DataSource.newBuilder().setInlineBytes(ByteString.copyFromUtf8(text)).build();
  }

  private static String pem(String type, byte[] content) {
    var lines = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(content);
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(type, lines, type);
  }

  /// A request and the number of the policy that is asked.
  public record Asked(int policy, Request request) {}

  /// Which of them are allowed, in their order. All must be of one caller. They are asked on
  /// several connections, on each one after the other: Envoy closes one on which requests pile up.
  public List<Boolean> judgeRequests(SpiffeId caller, List<Asked> asked) throws Exception {
    var parts = new ArrayList<Callable<List<Boolean>>>();
    int each = asked.size() / AT_ONCE + 1;
    for (int from = 0; from < asked.size(); from += each) {
      var part = asked.subList(from, Math.min(from + each, asked.size()));
      parts.add(() -> judgeOnOneConnection(caller, part));
    }
    return atOnce(parts).stream().flatMap(List::stream).toList();
  }

  private List<Boolean> judgeOnOneConnection(SpiffeId caller, List<Asked> asked) throws Exception {
    try (var socket = connect(caller, requests, "judging.example")) {
      var out = socket.getOutputStream();
      var in = new BufferedInputStream(socket.getInputStream());
      var answers = new ArrayList<Boolean>();
      for (var one : asked) {
        out.write(bytes(one));
        answers.add(allowed(status(in), one));
      }
      return answers;
    }
  }

  /// By which policies, of the numbers from 0 on, this caller may connect, in their order.
  public List<Boolean> judgeConnections(SpiffeId caller, int policies) throws Exception {
    var all = new ArrayList<Callable<Boolean>>();
    for (int i = 0; i < policies; i++) {
      int policy = i;
      all.add(() -> judgeConnection(caller, policy));
    }
    return atOnce(all);
  }

  /// What they give, in their order.
  private static <T> List<T> atOnce(List<Callable<T>> all) throws Exception {
    try (var executor = Executors.newFixedThreadPool(AT_ONCE)) {
      var given = new ArrayList<T>();
      for (var one : executor.invokeAll(all)) {
        given.add(one.get());
      }
      return given;
    }
  }

  /// May this caller connect where that policy rules?
  public boolean judgeConnection(SpiffeId caller, int policy) throws Exception {
    try (var socket = connect(caller, connections, "p%d.example".formatted(policy))) {
      socket.getOutputStream().write('x');
      socket.getOutputStream().flush();
      return socket.getInputStream().read() == 'x';
    } catch (java.net.SocketException reset) {
      return false;
    }
  }

  private SSLSocket connect(SpiffeId caller, int port, String sni) throws Exception {
    var socket =
        (SSLSocket)
            authority
                .of(caller)
                .getSocketFactory()
                .createSocket(InetAddress.getLoopbackAddress(), port);
    socket.setSoTimeout(30_000);
    var parameters = socket.getSSLParameters();
    parameters.setServerNames(List.of(new SNIHostName(sni)));
    socket.setSSLParameters(parameters);
    socket.startHandshake();
    return socket;
  }

  private static byte[] bytes(Asked asked) {
    var http = java.util.Objects.requireNonNull(asked.request().http());
    var text =
        new StringBuilder(
            "%s %s HTTP/1.1\r\nhost: p%d\r\n"
                .formatted(http.method(), http.path(), asked.policy()));
    http.headers()
        .forEach((name, values) ->
            values.forEach(value -> text.append(name).append(": ").append(value).append("\r\n")));
    return text.append("\r\n").toString().getBytes(StandardCharsets.UTF_8);
  }

  private static boolean allowed(int status, Asked asked) {
    return switch (status) {
      case 200 -> true;
      case 403 -> false;
      default -> throw new AssertionError("status %d for %s".formatted(status, asked));
    };
  }

  /// Reads one answer.
  private static int status(InputStream in) throws IOException {
    var first = line(in);
    int length = 0;
    for (var header = line(in); !header.isEmpty(); header = line(in)) {
      if (header.startsWith("content-length: ")) {
        length = Integer.parseInt(header.substring("content-length: ".length()));
      }
    }
    in.skipNBytes(length);
    return Integer.parseInt(first.substring(9, 12));
  }

  private static String line(InputStream in) throws IOException {
    var line = new StringBuilder();
    for (int c = in.read(); c != '\n'; c = in.read()) {
      if (c < 0) {
        throw new IOException("Envoy has closed the connection");
      }
      if (c != '\r') {
        line.append((char) c);
      }
    }
    return line.toString();
  }

  @Override
  public void close() {
    envoy.close();
  }
}
