package io.tombolo.server;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Texts that are shown as a token by who has none, made of a real one: by what is wrong with them.
final class HostileTokens {
  private static final Base64.Encoder BASE64 = Base64.getUrlEncoder().withoutPadding();

  private final Map<String, String> all = new LinkedHashMap<>();
  private final String good;
  private final KeyPair own;

  private HostileTokens(String good, KeyPair own) {
    this.good = good;
    this.own = own;
  }

  /// Those made of a token of any form.
  static Map<String, String> ofForm(String good, KeyPair own) {
    var corpus = new HostileTokens(good, own);
    corpus.garbage();
    corpus.changed();
    corpus.inventedAlgorithms("signature kept", "");
    return corpus.all;
  }

  /// Those made of a service-account token.
  ///
  /// @param issuer the key with which the API server signs: what it signed by mistake, or for
  ///   others, is refused as well
  static Map<String, String> ofServiceAccount(String good, KeyPair own, KeyPair issuer) {
    var corpus = new HostileTokens(good, own);
    corpus.garbage();
    corpus.changed();
    corpus.signatures();
    var claims = corpus.part(1);
    for (var how : List.of("signature kept", "no signature", "own key", "hmac")) {
      corpus.inventedAlgorithms(how, claims);
    }
    corpus.hmacOf(issuer.getPublic());
    corpus.headers(claims);
    corpus.claims(claims, issuer.getPrivate());
    return corpus.all;
  }

  private void garbage() {
    put("empty", "");
    put("a space", " ");
    put("a dot", ".");
    put("dots", "..");
    put("many dots", ".".repeat(5000));
    put("words", "let me in");
    put("a null byte", "\0");
    put("a bell", "\u0007");
    put("an escape", "\u001b[31mred");
    put("not ascii", "é.é.é");
    put("right to left", "\u202e" + good);
    put("a surrogate pair", "\ud83d\udd11");
    put("a path", "../../../../../../etc/passwd");
    put("a file url", "file:///var/run/secrets/kubernetes.io/serviceaccount/token");
    put("a log line", "x\n2026-11-24 INFO Issued everything");
    put("a header", "x\r\nAuthorization: Bearer y");
    put("html", "<script>alert(1)</script>");
    put("json", "{\"token\": true}");
    put("yaml", "token: !!javax.script.ScriptEngineManager []");
    put("sql", "' OR '1'='1");
    put("a template", "${jndi:ldap://127.0.0.1/a}");
    put("a format", "%s%n%x{0}");
    put("16 KiB", "a".repeat(16 * 1024));
    put("one more than 16 KiB", "a".repeat(16 * 1024 + 1));
    put("a megabyte", "a".repeat(1_000_000));
    put("a megabyte of dots", ".".repeat(1_000_000));
    put("the words of a bearer", "Bearer " + good);
  }

  private void changed() {
    put("a space before", " " + good);
    put("a space after", good + " ");
    put("a newline after", good + "\n");
    put("a carriage return after", good + "\r\n");
    put("a null byte after", good + "\0");
    put("a null byte within", good.substring(0, 9) + "\0" + good.substring(9));
    put("a newline within", good.substring(0, 9) + "\n" + good.substring(9));
    put("a dot after", good + ".");
    put("a dot before", "." + good);
    put("twice", good + good);
    put("twice, with a comma", good + "," + good);
    put("twice, with a newline", good + "\n" + good);
    put("a thousand times", good.repeat(1000));
    put("upper case", good.toUpperCase(Locale.ROOT));
    put("backwards", new StringBuilder(good).reverse().toString());
    put("percent encoded", good.replace(".", "%2e"));
    put("with full stops of another script", good.replace('.', '\u3002'));
    put("in base64", BASE64.encodeToString(bytes(good)));
    put("with padding", good + "==");
    for (int tenth = 1; tenth < 20; tenth++) {
      int length = good.length() * tenth / 20;
      put("cut after %d of 20".formatted(tenth), good.substring(0, length));
      put("begun after %d of 20".formatted(tenth), good.substring(length));
      put("another letter after %d of 20".formatted(tenth), flipped(length));
    }
  }

  private String flipped(int at) {
    int where = good.charAt(at) == '.' ? at + 1 : at;
    char other = good.charAt(where) == 'A' ? 'B' : 'A';
    return good.substring(0, where) + other + good.substring(where + 1);
  }

  private void signatures() {
    var signed = part(0, 1);
    put("no signature", signed + ".");
    put("no signature and no dot", signed);
    put("a signature of zeros", signed + "." + BASE64.encodeToString(new byte[64]));
    put("a signature of one byte", signed + "." + BASE64.encodeToString(new byte[1]));
    put("a signature of 10 KB", signed + "." + BASE64.encodeToString(new byte[10_000]));
    put("signed by another key", signed + "." + signature(signed, own.getPrivate()));
    put("a signature in DER", signed + "." + BASE64.encodeToString(der(signed)));
    put("five parts", good + "." + part(1) + "." + part(2));
    put("four parts", good + "." + part(2));
    put("payload and header changed over", part(1) + "." + part(0) + "." + part(2));
    put("in JSON", "{\"payload\":\"" + part(1) + "\",\"signature\":\"" + part(2) + "\"}");
    put("a token in a token", forged("{\"alg\":\"ES256\",\"cty\":\"JWT\"}", good, "own key"));
  }

  /// @param claims in base64; empty if there are none
  private void inventedAlgorithms(String how, String claims) {
    for (var algorithm :
        List.of(
            "none", "None", "NONE", "nOnE", "", "HS256", "HS384", "HS512", "RS256", "PS256",
            "ES384", "ES512", "EdDSA", "dir", "A128KW")) {
      put(
          "alg %s, %s".formatted(algorithm, how),
          forged("{\"alg\":\"%s\",\"typ\":\"JWT\"}".formatted(algorithm), text(claims), how));
    }
    for (var header : List.of("{}", "[]", "null", "{\"alg\":null}", "{\"alg\":[\"ES256\"]}")) {
      put("header %s, %s".formatted(header, how), forged(header, text(claims), how));
    }
  }

  /// The public key of the issuer, which everyone may have, as the secret of an HMAC.
  private void hmacOf(PublicKey key) {
    var pem =
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(
                Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(key.getEncoded()));
    for (var secret : List.of(pem, pem.strip(), text(key.getEncoded()))) {
      for (var header : List.of(header("HS256"), "{\"alg\":\"HS256\"}")) {
        var signed = BASE64.encodeToString(bytes(header)) + "." + part(1);
        put(
            "hmac of the issuer's public key, %d".formatted(all.size()),
            signed + "." + hmac(signed, secret));
      }
    }
  }

  private void headers(String claims) {
    var hostile =
        List.of(
            "\"kid\":\"../../../../../../dev/null\"",
            "\"kid\":\"/proc/self/environ\"",
            "\"kid\":\"' UNION SELECT 'key\"",
            "\"kid\":\"\"",
            "\"kid\":null",
            "\"kid\":7",
            "\"kid\":\"" + "k".repeat(9000) + "\"",
            "\"kid\":\"\\u0000\"",
            "\"jku\":\"http://127.0.0.1:1/keys\"",
            "\"x5u\":\"http://127.0.0.1:1/certificate\"",
            "\"jwk\":" + jwk(),
            "\"x5c\":[\""
                + Base64.getEncoder().encodeToString(own.getPublic().getEncoded())
                + "\"]",
            "\"crit\":[\"exp\"],\"exp\":1",
            "\"b64\":false,\"crit\":[\"b64\"]",
            "\"zip\":\"DEF\"",
            "\"enc\":\"A128GCM\"",
            "\"alg\":\"none\"",
            "\"typ\":\"" + "t".repeat(3000) + "\"");
    for (var field : hostile) {
      var header = "{\"alg\":\"ES256\",%s}".formatted(field);
      var name = "header with " + field.substring(0, Math.min(20, field.length()));
      put(name + ", own key", forged(header, text(claims), "own key"));
      put(name + ", signature kept", forged(header, text(claims), "signature kept"));
    }
  }

  /// What the claims are changed into: a regular expression, and what takes its place.
  private record Change(String what, String pattern, String by) {}

  private static final List<Change> UNSIGNED =
      List.of(
          new Change("another account", "(system:serviceaccount:[a-z0-9-]+:)[a-z0-9-]+", "$1other"),
          new Change(
              "kube-system",
              "system:serviceaccount:[a-z0-9-]+:",
              "system:serviceaccount:kube-system:"),
          new Change("an administrator", "system:serviceaccount:[a-z0-9:-]+", "system:admin"),
          new Change("no sub", "\"sub\":\"[^\"]*\"", "\"bus\":\"\""),
          new Change(
              "sub twice",
              "\\{\"aud\"",
              "{\"sub\":\"system:serviceaccount:kube-system:x\",\"aud\""),
          new Change("aud twice", "\\{\"aud\"", "{\"aud\":[\"other\"],\"aud\""),
          new Change("no exp", "\"exp\":[0-9]+,", ""),
          new Change("exp of text", "\"exp\":[0-9]+", "\"exp\":\"never\""),
          new Change("exp without end", "\"exp\":[0-9]+", "\"exp\":99999999999999999999"),
          new Change("another pod", "\"name\":\"[^\"]*\",\"uid\"", "\"name\":\"other\",\"uid\""),
          new Change("claims cut off", ".{20}$", ""),
          new Change("a null byte in them", "\"aud\"", "\"a\\\\u0000ud\""),
          new Change(
              "deeply nested",
              "\\{\"aud\"",
              "{\"a\":" + "[".repeat(3000) + "]".repeat(3000) + ",\"aud\""));

  private static final List<Change> SIGNED =
      List.of(
          new Change("for another audience", "\"aud\":\\[[^\\]]*\\]", "\"aud\":[\"vault\"]"),
          new Change(
              "for the API server",
              "\"aud\":\\[[^\\]]*\\]",
              "\"aud\":[\"https://kubernetes.default.svc.cluster.local\"]"),
          new Change("for nobody", "\"aud\":\\[[^\\]]*\\]", "\"aud\":[]"),
          new Change("without aud", "\"aud\":\\[[^\\]]*\\],", ""),
          new Change(
              "for an audience in upper case", "\"aud\":\\[[^\\]]*\\]", "\"aud\":[\"TOMBOLO\"]"),
          new Change(
              "for more than the audience", "\"aud\":\\[[^\\]]*\\]", "\"aud\":[\"tombolo \"]"),
          new Change("expired long ago", "\"exp\":[0-9]+", "\"exp\":1"),
          new Change("expired before time began", "\"exp\":[0-9]+", "\"exp\":-1"),
          new Change("not valid yet", "\"nbf\":[0-9]+", "\"nbf\":4102444800"),
          new Change("of another issuer", "\"iss\":\"[^\"]*\"", "\"iss\":\"https://evil.example\""),
          new Change("of no issuer", "\"iss\":\"[^\"]*\",", ""),
          new Change("of an issuer with a slash more", "(\"iss\":\"[^\"]*)\"", "$1/\""),
          new Change(
              "of a pod that does not exist",
              "\"pod\":\\{\"name\":\"[^\"]*\"",
              "\"pod\":{\"name\":\"nobody\""),
          new Change(
              "of a pod of another uid",
              "(\"pod\":\\{\"name\":\"[^\"]*\",\"uid\":\")[^\"]*",
              "$1aaaaaaaa-0000-0000-0000-000000000000"),
          new Change("of no pod", "\"pod\":\\{[^}]*\\},?", ""),
          new Change(
              "of an account of another uid",
              "(\"serviceaccount\":\\{\"name\":\"[^\"]*\",\"uid\":\")[^\"]*",
              "$1aaaaaaaa-0000-0000-0000-000000000000"),
          new Change(
              "of another account than its subject",
              "(\"serviceaccount\":\\{\"name\":\")[^\"]*",
              "$1default"),
          new Change(
              "of another namespace than its subject",
              "\"namespace\":\"[^\"]*\"",
              "\"namespace\":\"kube-system\""),
          new Change(
              "of a namespace that is a path",
              "\"namespace\":\"[^\"]*\"",
              "\"namespace\":\"../x\""));

  private void claims(String encoded, PrivateKey issuer) {
    var claims = text(encoded);
    for (var change : UNSIGNED) {
      for (var how : List.of("signature kept", "own key", "no signature")) {
        put(change.what + ", " + how, forged(header("ES256"), changed(claims, change), how));
      }
    }
    for (var change : SIGNED) {
      var signed =
          BASE64.encodeToString(bytes(text(part(0))))
              + "."
              + BASE64.encodeToString(bytes(changed(claims, change)));
      put("rightly signed, " + change.what, signed + "." + signature(signed, issuer));
    }
  }

  private static String changed(String claims, Change change) {
    var changed = claims.replaceFirst(change.pattern, change.by);
    if (changed.equals(claims)) {
      throw new IllegalStateException(change.what + " changes nothing in " + claims);
    }
    return changed;
  }

  /// A real header with another algorithm.
  private String header(String algorithm) {
    return text(part(0)).replace("ES256", algorithm);
  }

  private String forged(String header, String claims, String how) {
    var signed = BASE64.encodeToString(bytes(header)) + "." + BASE64.encodeToString(bytes(claims));
    return signed
        + "."
        + switch (how) {
          case "signature kept" -> good.substring(good.lastIndexOf('.') + 1);
          case "no signature" -> "";
          case "own key" -> signature(signed, own.getPrivate());
          case "hmac" -> hmac(signed, "secret");
          default -> throw new IllegalArgumentException(how);
        };
  }

  private String jwk() {
    return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"AA\"}"
        .formatted(BASE64.encodeToString(own.getPublic().getEncoded()));
  }

  private String part(int... numbers) {
    var parts = List.of(good.split("\\.", -1));
    return String.join(".", Arrays.stream(numbers).mapToObj(number -> parts.get(number)).toList());
  }

  private byte[] der(String signed) {
    try {
      var signer = Signature.getInstance("SHA256withECDSA");
      signer.initSign(own.getPrivate());
      signer.update(bytes(signed));
      return signer.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String signature(String signed, PrivateKey key) {
    try {
      var signer = Signature.getInstance("SHA256withECDSAinP1363Format");
      signer.initSign(key);
      signer.update(bytes(signed));
      return BASE64.encodeToString(signer.sign());
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String hmac(String signed, String secret) {
    try {
      var mac = Mac.getInstance("HmacSHA256");
      mac.init(new SecretKeySpec(secret.getBytes(StandardCharsets.ISO_8859_1), "HmacSHA256"));
      return BASE64.encodeToString(mac.doFinal(bytes(signed)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void put(String what, String token) {
    if (token.equals(good) || all.putIfAbsent(what, token) != null) {
      throw new IllegalStateException("not a new hostile token: " + what);
    }
  }

  private static String text(String base64) {
    return text(Base64.getUrlDecoder().decode(base64));
  }

  private static String text(byte[] bytes) {
    return new String(bytes, StandardCharsets.ISO_8859_1);
  }

  private static byte[] bytes(String text) {
    return text.getBytes(StandardCharsets.UTF_8);
  }
}
