package io.tombolo.testbed;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.spec.ECGenParameterSpec;
import java.time.Duration;
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.UUID;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLSocketFactory;

/// A Kubernetes API: kube-apiserver on an etcd of its own, with RBAC, TokenReview and TokenRequest.
/// There are no controllers: what a controller would make (service accounts, EndpointSlices), the
/// test makes.
public final class KubeApiserver implements AutoCloseable {
  /// The issuer of service-account tokens.
  public static final String ISSUER = "https://kubernetes.default.svc.cluster.local";

  private static final Duration PATIENCE = Duration.ofMinutes(3);

  private final Etcd etcd;
  private final Scratch files;
  private final Daemon daemon;
  private final String url;
  private final String token;
  private final KeyPair accountKeys;

  private KubeApiserver(
      Etcd etcd, Scratch files, Daemon daemon, String url, String token, KeyPair accountKeys) {
    this.etcd = etcd;
    this.files = files;
    this.daemon = daemon;
    this.url = url;
    this.token = token;
    this.accountKeys = accountKeys;
  }

  /// Starts one and waits until it is ready.
  public static KubeApiserver start(Place place) {
    var etcd = Etcd.start(place);
    var files = Scratch.named("kubernetes");
    var token = UUID.randomUUID().toString();
    files.write("tokens.csv", token + ",admin,admin,system:masters\n");
    var accountKeys = writtenKeys(files);
    int port = place.freePort();
    var daemon =
        new Daemon.Spec("kube-apiserver", place, command(place, port, etcd, files.path()), Map.of())
            .start();
    var url = "https://%s:%d".formatted(place.address(), port);
    var apiserver = new KubeApiserver(etcd, files, daemon, url, token, accountKeys);
    try {
      apiserver.awaitReady();
    } catch (RuntimeException e) {
      apiserver.close();
      throw e;
    }
    files.write("kubeconfig", apiserver.kubeconfigText());
    return apiserver;
  }

  /// The definition of the `HTTPRoute` of the Gateway API, with a schema that takes any field.
  public static String httpRoutes() {
    return text("httproutes.yaml");
  }

  /// The definitions of kinds of other projects in which policies are written, with schemas that
  /// take any field.
  public static String dialects() {
    return text("dialects.yaml");
  }

  /// The definition of the `CertificateRequest` of cert-manager, with a schema that takes any
  /// field.
  public static String certificateRequests() {
    return text("certificaterequests.yaml");
  }

  private static String text(String resource) {
    try (var text = KubeApiserver.class.getResourceAsStream(resource)) {
      return new String(Objects.requireNonNull(text).readAllBytes(), StandardCharsets.UTF_8);
    } catch (IOException unreadable) {
      throw new UncheckedIOException(unreadable);
    }
  }

  private static List<String> command(Place place, int port, Etcd etcd, Path files) {
    return List.of(
        Parts.installed().binary("kube-apiserver").toString(),
        "--etcd-servers=" + etcd.url(),
        "--bind-address=" + place.bindAddress(),
        "--advertise-address=" + place.address(),
        "--secure-port=" + port,
        "--cert-dir=" + files.resolve("pki"),
        "--endpoint-reconciler-type=none",
        "--service-cluster-ip-range=10.96.0.0/16",
        "--authorization-mode=RBAC",
        "--token-auth-file=" + files.resolve("tokens.csv"),
        "--service-account-issuer=" + ISSUER,
        "--service-account-signing-key-file=" + files.resolve("accounts.key"),
        "--service-account-key-file=" + files.resolve("accounts.pub"),
        "--api-audiences=" + ISSUER);
  }

  private static KeyPair writtenKeys(Scratch files) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      var pair = generator.generateKeyPair();
      files.write("accounts.key", pem("PRIVATE KEY", pair.getPrivate()));
      files.write("accounts.pub", pem("PUBLIC KEY", pair.getPublic()));
      return pair;
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException("this Java makes no P-256 keys", e);
    }
  }

  private static String pem(String label, Key key) {
    var text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded());
    return "-----BEGIN %s-----\n%s\n-----END %s-----\n".formatted(label, text, label);
  }

  private void awaitReady() {
    var trust = new AtomicReference<SSLSocketFactory>();
    daemon.awaitReady(
        PATIENCE,
        () -> {
          if (trust.get() == null) {
            trust.set(Trust.of(certificate()));
          }
          return HttpCall.get(url + "/readyz")
              .trusting(trust.get())
              .with("Authorization", "Bearer " + token)
              .send()
              .ok();
        });
  }

  /// Sends a request with the rights of an administrator.
  ///
  /// @param path of the API, with its leading slash
  public HttpCall.Reply call(String method, String path, String contentType, String body)
      throws IOException {
    var call =
        new HttpCall(method, url + path, body)
            .trusting(Trust.of(certificate()))
            .with("Authorization", "Bearer " + token);
    return daemon.place().http(body.isEmpty() ? call : call.with("Content-Type", contentType));
  }

  /// Its address as the test reaches it.
  public String url() {
    return url;
  }

  /// A bearer token of an administrator.
  public String adminToken() {
    return token;
  }

  /// What it signs service-account tokens with (ES256).
  public KeyPair accountKeys() {
    return accountKeys;
  }

  /// The file with the certificate that it shows, and its issuer, in PEM.
  public Path certificate() {
    return files.path().resolve("pki").resolve("apiserver.crt");
  }

  /// A file for clients at the test's place or the same one, with the rights of an administrator.
  public Path kubeconfig() {
    return files.path().resolve("kubeconfig");
  }

  /// Suspend, kill or restart it with this; [#awaitAgain] afterwards.
  public Daemon daemon() {
    return daemon;
  }

  public Etcd etcd() {
    return etcd;
  }

  /// Waits until a restarted or resumed one answers.
  public void awaitAgain() {
    awaitReady();
  }

  private String kubeconfigText() {
    try {
      return """
      apiVersion: v1
      kind: Config
      current-context: testbed
      clusters:
      - name: testbed
        cluster: {server: "%s", certificate-authority-data: %s}
      users:
      - name: admin
        user: {token: "%s"}
      contexts:
      - name: testbed
        context: {cluster: testbed, user: admin}
      """
          .formatted(
              url, Base64.getEncoder().encodeToString(Files.readAllBytes(certificate())), token);
    } catch (IOException e) {
      throw new UncheckedIOException("cannot read " + certificate(), e);
    }
  }

  @Override
  public void close() {
    daemon.close();
    files.close();
    etcd.close();
  }
}
