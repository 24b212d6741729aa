package io.tombolo.identity;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.KeyPair;
import java.security.interfaces.RSAPublicKey;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Random;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.asn1.ASN1Integer;
import org.bouncycastle.asn1.ASN1ObjectIdentifier;
import org.bouncycastle.asn1.ASN1Sequence;
import org.bouncycastle.asn1.DERNull;
import org.bouncycastle.asn1.DEROctetString;
import org.bouncycastle.asn1.DERSequence;
import org.bouncycastle.asn1.nist.NISTNamedCurves;
import org.bouncycastle.asn1.pkcs.PKCSObjectIdentifiers;
import org.bouncycastle.asn1.sec.SECObjectIdentifiers;
import org.bouncycastle.asn1.x509.AlgorithmIdentifier;
import org.bouncycastle.asn1.x509.SubjectPublicKeyInfo;
import org.bouncycastle.asn1.x9.X9ECParameters;
import org.bouncycastle.asn1.x9.X9ECPoint;
import org.bouncycastle.asn1.x9.X9ObjectIdentifiers;

/// Certificate requests as no honest host sends them, by what is wrong with them.
public final class HostileRequests {
  private static final BigInteger P256_PRIME =
      new BigInteger("ffffffff00000001000000000000000000000000ffffffffffffffffffffffff", 16);

  private static final String LONG_OID = "1.2.3.4.5.6" + ".1234567".repeat(300);

  private final Map<String, byte[]> all = new LinkedHashMap<>();
  private final KeyPair keys = Ca.ec("secp256r1");
  private final byte[] good = Requests.plain(keys);

  private HostileRequests() {}

  public static Map<String, byte[]> all() throws Exception {
    var corpus = new HostileRequests();
    corpus.notDer();
    corpus.notRequests();
    corpus.badSignatures();
    corpus.badPoints();
    corpus.badCurves();
    corpus.badRsaKeys();
    corpus.otherKeys();
    corpus.otherThings();
    corpus.all.putAll(BrokenDer.of(corpus.good));
    return corpus.all;
  }

  private void notDer() {
    all.put("empty", new byte[0]);
    all.put("one byte", new byte[] {0x30});
    all.put("text", "please give me a certificate".getBytes(StandardCharsets.US_ASCII));
    all.put("zeros", new byte[300]);
    all.put("ones", filled(300, 0xff));
    all.put("random", random(400));
    all.put("17 KiB", filled(17 * 1024, 0x30));
    all.put("100 MB of length", bytes(0x30, 0x84, 0x06, 0, 0, 0));
    all.put("negative length", bytes(0x30, 0x84, 0xff, 0xff, 0xff, 0xff));
    all.put("indefinite length", bytes(0x30, 0x80, 0x02, 0x01, 0x00, 0, 0));
    all.put("long form of a short length", bytes(0x30, 0x81, 0x03, 0x02, 0x01, 0x00));
    all.put("high tag", bytes(0x3f, 0x81, 0x01, 0x00));
    all.put("nested 4000 deep, indefinite", nestedIndefinite(4000));
    all.put("nested 4000 deep", nested(4000));
    all.put("truncated in the head", Arrays.copyOf(good, 3));
    all.put("truncated in the key", Arrays.copyOf(good, good.length / 2));
    all.put("truncated by one byte", Arrays.copyOf(good, good.length - 1));
    all.put("one byte more", Arrays.copyOf(good, good.length + 1));
    all.put("two requests", joined(good, good));
    all.put("pem", Requests.pem(good).getBytes(StandardCharsets.US_ASCII));
  }

  private void notRequests() throws IOException {
    all.put("empty sequence", bytes(0x30, 0x00));
    all.put("null", bytes(0x05, 0x00));
    all.put("integers", encoded(integer(1), integer(2), integer(3)));
    all.put("sequences of nothing", encoded(seq(), seq(), seq()));
    all.put("a public key", keys.getPublic().getEncoded());
    all.put("a private key", keys.getPrivate().getEncoded());
    all.put("a certificate", Requests.certificate(keys));
    all.put("version 1", Requests.version(keys, BigInteger.ONE));
    all.put("version of 1000 bits", Requests.version(keys, BigInteger.TWO.pow(1000)));
    all.put("attribute of 17 KiB", Requests.withChallenge(keys, "x".repeat(17 * 1024)));
  }

  private void badSignatures() throws IOException {
    var other = Ca.ec("secp256r1");
    all.put("signed by another key", Requests.signedBy(info(keys), other));
    all.put("signed with sha-1", Requests.signed(keys, "SHA1withECDSA"));
    all.put("signature of another request", Requests.withSignatureOf(good, Requests.plain(other)));
    all.put("last bit of the signature", flipped(good, good.length - 1));
    all.put("subject changed after signing", Requests.changed(good, "CN=host", "CN=evil"));
    all.put("signature of no bytes", Requests.withSignature(good, new byte[0]));
    all.put("signature (0, 0)", Requests.withSignature(good, encoded(integer(0), integer(0))));
    all.put("signature (1, 1)", Requests.withSignature(good, encoded(integer(1), integer(1))));
    all.put("signature of zeros", Requests.withSignature(good, new byte[72]));
    all.put(
        "rsa signature algorithm on an ec key",
        Requests.withAlgorithm(good, PKCSObjectIdentifiers.sha256WithRSAEncryption));
    all.put(
        "md5 as signature algorithm",
        Requests.withAlgorithm(good, PKCSObjectIdentifiers.md5WithRSAEncryption));
    all.put(
        "unknown signature algorithm",
        Requests.withAlgorithm(good, new ASN1ObjectIdentifier(LONG_OID)));
  }

  private void badPoints() {
    byte[] point = info(keys).getPublicKeyData().getOctets();
    putKey("point off the curve", p256(flipped(point, 64)));
    putKey("point (0, 0)", p256(joined(bytes(4), new byte[64])));
    putKey("point at infinity", p256(bytes(0)));
    putKey("point of no bytes", p256(new byte[0]));
    putKey("point of 64 bytes", p256(Arrays.copyOf(point, 64)));
    putKey("point of 66 bytes", p256(Arrays.copyOf(point, 66)));
    putKey("compressed point", p256(Arrays.copyOf(replaced(point, 2 + (point[64] & 1)), 33)));
    putKey("hybrid point", p256(replaced(point, 6 + (point[64] & 1))));
    putKey("coordinates beyond the prime", p256(joined(bytes(4), twice(P256_PRIME))));
    putKey(
        "P-384's point called P-256's",
        p256(info(Ca.ec("secp384r1")).getPublicKeyData().getOctets()));
    all.put("bits that are not bytes", Requests.withPadBits(keys));
  }

  private void badCurves() {
    byte[] point = info(keys).getPublicKeyData().getOctets();
    putKey("P-521", info(Ca.ec("secp521r1")));
    putKey("secp256k1", ec(SECObjectIdentifiers.secp256k1, point));
    putKey("secp192r1", ec(SECObjectIdentifiers.secp192r1, Arrays.copyOf(point, 49)));
    putKey("secp112r1", ec(SECObjectIdentifiers.secp112r1, Arrays.copyOf(point, 29)));
    putKey("curve with a very long name", ec(new ASN1ObjectIdentifier(LONG_OID), point));
    putKey("no curve", ec(DERNull.INSTANCE, point));
    var p256 = NISTNamedCurves.getByName("P-256");
    putKey("P-256 written out", ec(p256, point));
    var ownGenerator =
        new X9ECParameters(
            p256.getCurve(),
            new X9ECPoint(p256.getCurve().decodePoint(point), false),
            p256.getN(),
            p256.getH());
    putKey("P-256 with a generator of one's own", ec(ownGenerator, point));
  }

  private void badRsaKeys() {
    var rsa = ((RSAPublicKey) Ca.rsa(2048).getPublic()).getModulus();
    var f4 = BigInteger.valueOf(65537);
    all.put("rsa 1024", Requests.plain(Ca.rsa(1024)));
    putKey("rsa 8192", rsa(rsa.pow(4), f4));
    putKey("rsa of even modulus", rsa(rsa.subtract(BigInteger.ONE), f4));
    putKey("rsa of negative modulus", rsa(rsa.negate(), f4));
    putKey("rsa of modulus 0", rsa(BigInteger.ZERO, f4));
    putKey("rsa of exponent 1", rsa(rsa, BigInteger.ONE));
    putKey("rsa of exponent 3", rsa(rsa, BigInteger.valueOf(3)));
    putKey("rsa of exponent 65538", rsa(rsa, BigInteger.valueOf(65538)));
    putKey("rsa of exponent 2^2000", rsa(rsa, BigInteger.TWO.pow(2000).add(BigInteger.ONE)));
    var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
    putKey("rsa of garbage", new SubjectPublicKeyInfo(algorithm, random(270)));
  }

  private void otherKeys() {
    for (var oid : new String[] {"1.3.101.112", "1.3.101.110", "1.2.840.10040.4.1", LONG_OID}) {
      var algorithm = new AlgorithmIdentifier(new ASN1ObjectIdentifier(oid));
      putKey(
          "key of algorithm " + oid.substring(0, 10),
          new SubjectPublicKeyInfo(algorithm, random(32)));
    }
  }

  private void otherThings() throws IOException {
    var words =
        Map.of(
            "json", "{\"csr\": \"spiffe://demo.test/ns/bank/sa/vault\"}",
            "xml",
                "<?xml version=\"1.0\"?><!DOCTYPE a [<!ENTITY b SYSTEM \"file:///etc/passwd\">]>",
            "pem without end", "-----BEGIN CERTIFICATE REQUEST-----",
            "a private key in pem",
                "-----BEGIN PRIVATE KEY-----\nMIGHAgEA\n-----END PRIVATE KEY-----",
            "a token", "eyJhbGciOiJub25lIn0.e30.",
            "base64", Base64.getEncoder().encodeToString(good),
            "hex", HexFormat.of().formatHex(good));
    words.forEach((what, text) -> all.put(what, text.getBytes(StandardCharsets.US_ASCII)));
    all.put("a spki in a sequence", encoded(info(keys)));
    all.put("a request in a sequence", encoded(ASN1Sequence.getInstance(good)));
    all.put("a request in an octet string", new DEROctetString(good).getEncoded());
    for (int eighth = 1; eighth < 8; eighth++) {
      all.put("cut after %d of 8".formatted(eighth), Arrays.copyOf(good, good.length * eighth / 8));
      all.put(
          "begun after %d of 8".formatted(eighth),
          Arrays.copyOfRange(good, good.length * eighth / 8, good.length));
    }
    for (int back = 1; back < 12; back++) {
      all.put(
          "bit of the signature, %d from its end".formatted(back),
          flipped(good, good.length - 1 - back));
    }
  }

  /// A request for a key that is not one; it is signed with another, for want of a private key.
  private void putKey(String what, SubjectPublicKeyInfo key) {
    all.put(what, Requests.signedBy(key, keys));
  }

  private static SubjectPublicKeyInfo info(KeyPair keys) {
    return SubjectPublicKeyInfo.getInstance(keys.getPublic().getEncoded());
  }

  private static SubjectPublicKeyInfo p256(byte[] point) {
    return ec(SECObjectIdentifiers.secp256r1, point);
  }

  private static SubjectPublicKeyInfo ec(ASN1Encodable parameters, byte[] point) {
    return new SubjectPublicKeyInfo(
        new AlgorithmIdentifier(X9ObjectIdentifiers.id_ecPublicKey, parameters), point);
  }

  private static SubjectPublicKeyInfo rsa(BigInteger modulus, BigInteger exponent) {
    var algorithm = new AlgorithmIdentifier(PKCSObjectIdentifiers.rsaEncryption, DERNull.INSTANCE);
    var key = encoded(new ASN1Integer(modulus), new ASN1Integer(exponent));
    return new SubjectPublicKeyInfo(algorithm, key);
  }

  private static ASN1Integer integer(long value) {
    return new ASN1Integer(value);
  }

  private static DERSequence seq(ASN1Encodable... values) {
    return new DERSequence(values);
  }

  private static byte[] encoded(ASN1Encodable... values) {
    try {
      return seq(values).getEncoded();
    } catch (IOException e) {
      throw new IllegalStateException(e);
    }
  }

  private static byte[] nestedIndefinite(int depth) {
    var out = new ByteArrayOutputStream();
    for (int i = 0; i < depth; i++) {
      out.writeBytes(bytes(0x30, 0x80));
    }
    return out.toByteArray();
  }

  private static byte[] nested(int depth) {
    byte[] out = new byte[depth * 4];
    int end = out.length;
    for (int at = 0; at < end; at += 4) {
      int length = end - at - 4;
      System.arraycopy(bytes(0x30, 0x82, length >> 8, length), 0, out, at, 4);
    }
    return out;
  }

  private static byte[] bytes(int... values) {
    byte[] out = new byte[values.length];
    for (int i = 0; i < values.length; i++) {
      out[i] = (byte) values[i];
    }
    return out;
  }

  private static byte[] filled(int length, int value) {
    byte[] out = new byte[length];
    Arrays.fill(out, (byte) value);
    return out;
  }

  private static byte[] random(int length) {
    byte[] out = new byte[length];
    new Random(3).nextBytes(out);
    return out;
  }

  private static byte[] flipped(byte[] bytes, int at) {
    byte[] out = bytes.clone();
    out[at] ^= 1;
    return out;
  }

  private static byte[] replaced(byte[] bytes, int first) {
    byte[] out = bytes.clone();
    out[0] = (byte) first;
    return out;
  }

  private static byte[] joined(byte[] one, byte[] other) {
    byte[] out = Arrays.copyOf(one, one.length + other.length);
    System.arraycopy(other, 0, out, one.length, other.length);
    return out;
  }

  private static byte[] twice(BigInteger coordinate) {
    byte[] signed = coordinate.toByteArray();
    byte[] bytes = Arrays.copyOfRange(signed, signed.length - 32, signed.length);
    return joined(bytes, bytes);
  }
}
