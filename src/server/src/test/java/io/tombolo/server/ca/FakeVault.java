package io.tombolo.server.ca;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.sun.net.httpserver.HttpExchange;
import com.sun.net.httpserver.HttpServer;
import com.sun.net.httpserver.HttpsConfigurator;
import com.sun.net.httpserver.HttpsServer;
import io.tombolo.identity.Pem;
import java.io.IOException;
import java.io.StringReader;
import java.math.BigInteger;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.KeyStore;
import java.security.PublicKey;
import java.security.cert.Certificate;
import java.security.cert.X509Certificate;
import java.security.spec.X509EncodedKeySpec;
import java.time.Instant;
import java.util.Date;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.concurrent.CopyOnWriteArrayList;
import javax.net.ssl.KeyManagerFactory;
import javax.net.ssl.SSLContext;
import org.bouncycastle.asn1.x500.X500Name;
import org.bouncycastle.asn1.x509.BasicConstraints;
import org.bouncycastle.asn1.x509.Extension;
import org.bouncycastle.asn1.x509.GeneralName;
import org.bouncycastle.asn1.x509.GeneralNames;
import org.bouncycastle.asn1.x509.KeyUsage;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.cert.X509v3CertificateBuilder;
import org.bouncycastle.cert.jcajce.JcaX509CertificateConverter;
import org.bouncycastle.cert.jcajce.JcaX509ExtensionUtils;
import org.bouncycastle.openssl.PEMParser;
import org.bouncycastle.operator.OperatorCreationException;
import org.bouncycastle.operator.jcajce.JcaContentSignerBuilder;
import org.bouncycastle.pkcs.PKCS10CertificationRequest;

/// What the documentation of Vault's HTTP API says of logging in and of signing an intermediate: a
/// root that signs for who has the token.
public final class FakeVault implements AutoCloseable {
  public static final String TOKEN = "hvs.correct-horse";
  private static final ObjectMapper JSON = new ObjectMapper();

  /// @param headers in lower case
  record Call(String path, Map<String, String> headers, JsonNode body) {}

  private final KeyPair keys = keyPair();
  private final X509Certificate root =
      certificate("CN=Vault root", keys.getPublic(), true, "127.0.0.1");
  private final HttpServer server;
  private final List<Call> calls = new CopyOnWriteArrayList<>();
  private volatile String answer = "";
  private volatile int status = 200;

  private FakeVault(HttpServer server) {
    this.server = server;
    server.createContext("/v1/", this::handle);
  }

  private FakeVault started() {
    server.start();
    return this;
  }

  private static InetSocketAddress anywhere() {
    return new InetSocketAddress(InetAddress.getLoopbackAddress(), 0);
  }

  public static FakeVault plain() throws IOException {
    return new FakeVault(HttpServer.create(anywhere(), 0)).started();
  }

  /// With a certificate that its own root has signed.
  static FakeVault https() throws IOException, GeneralSecurityException {
    var server = HttpsServer.create(anywhere(), 0);
    var vault = new FakeVault(server);
    var own = keyPair();
    var shown = vault.certificate("CN=vault", own.getPublic(), false, "127.0.0.1");
    var store = KeyStore.getInstance(KeyStore.getDefaultType());
    store.load(null, null);
    store.setKeyEntry("own", own.getPrivate(), new char[0], new Certificate[] {shown});
    var managers = KeyManagerFactory.getInstance(KeyManagerFactory.getDefaultAlgorithm());
    managers.init(store, new char[0]);
    var context = SSLContext.getInstance("TLS");
    context.init(managers.getKeyManagers(), null, null);
    server.setHttpsConfigurator(new HttpsConfigurator(context));
    return vault.started();
  }

  public URI address() {
    var scheme = server instanceof HttpsServer ? "https" : "http";
    return URI.create("%s://127.0.0.1:%d".formatted(scheme, server.getAddress().getPort()));
  }

  public X509Certificate root() {
    return root;
  }

  List<Call> calls() {
    return calls;
  }

  /// Answers this to everything from now on.
  public void answering(int code, String body) {
    status = code;
    answer = body;
  }

  private void handle(HttpExchange exchange) throws IOException {
    var headers = new TreeMap<String, String>();
    exchange
        .getRequestHeaders()
        .forEach((name, values) -> headers.put(name.toLowerCase(Locale.ROOT), values.getFirst()));
    var call =
        new Call(
            exchange.getRequestURI().getPath(),
            headers,
            JSON.readTree(exchange.getRequestBody().readAllBytes()));
    calls.add(call);
    int code = status;
    String body = answer;
    if (body.isEmpty()) {
      boolean login = call.path.endsWith("/login");
      boolean known = TOKEN.equals(headers.get("x-vault-token"));
      code = login || known ? 200 : 403;
      body = login ? loggedIn(call) : known ? signed(call) : "{\"errors\":[\"permission denied\"]}";
    }
    var bytes = body.getBytes(StandardCharsets.UTF_8);
    exchange.sendResponseHeaders(code, bytes.length);
    exchange.getResponseBody().write(bytes);
    exchange.close();
  }

  private static String loggedIn(Call call) {
    boolean known =
        call.body.path("jwt").asText().equals("pods-own")
            || call.body.path("secret_id").asText().equals("secret-id");
    return "{\"auth\": {\"client_token\": \"%s\"}}".formatted(known ? TOKEN : "");
  }

  private String signed(Call call) {
    try (var parser = new PEMParser(new StringReader(call.body.path("csr").asText()))) {
      var request = (PKCS10CertificationRequest) parser.readObject();
      var key =
          KeyFactory.getInstance("EC")
              .generatePublic(
                  new X509EncodedKeySpec(request.getSubjectPublicKeyInfo().getEncoded()));
      var name = "CN=" + call.body.path("common_name").asText();
      var pem = Pem.of(List.of(certificate(name, key, true, "")));
      return JSON.writeValueAsString(
          Map.of(
              "data",
              Map.of(
                  "certificate", pem.strip(),
                  "issuing_ca", Pem.of(List.of(root)).strip(),
                  "ca_chain", List.of(Pem.of(List.of(root)).strip()))));
    } catch (IOException | GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private X509Certificate certificate(String subject, PublicKey key, boolean authority, String ip) {
    try {
      var hash = new JcaX509ExtensionUtils();
      var now = Instant.now();
      var draft =
          new X509v3CertificateBuilder(
              new X500Name("CN=Vault root"),
              BigInteger.valueOf(System.nanoTime()),
              Date.from(now.minusSeconds(60)),
              Date.from(now.plusSeconds(100_000)),
              new X500Name(subject),
              SubjectPublicKeyInfo.getInstance(key.getEncoded()));
      draft.addExtension(
          Extension.basicConstraints,
          true,
          authority ? new BasicConstraints(ip.isEmpty() ? 0 : 1) : new BasicConstraints(false));
      draft.addExtension(
          Extension.keyUsage,
          true,
          new KeyUsage(authority ? KeyUsage.keyCertSign : KeyUsage.digitalSignature));
      draft.addExtension(
          Extension.subjectKeyIdentifier, false, hash.createSubjectKeyIdentifier(key));
      draft.addExtension(
          Extension.authorityKeyIdentifier,
          false,
          hash.createAuthorityKeyIdentifier(keys.getPublic()));
      if (!authority) {
        draft.addExtension(
            Extension.subjectAlternativeName,
            false,
            new GeneralNames(new GeneralName(GeneralName.iPAddress, ip)));
      }
      var signer = new JcaContentSignerBuilder("SHA256withECDSA").build(keys.getPrivate());
      return new JcaX509CertificateConverter().getCertificate(draft.build(signer));
    } catch (IOException | GeneralSecurityException | OperatorCreationException e) {
      throw new IllegalStateException(e);
    }
  }

  private static KeyPair keyPair() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  @Override
  public void close() {
    server.stop(0);
  }
}
