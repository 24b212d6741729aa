package io.tombolo.identity;

import io.tombolo.mesh.identity.TrustDomain;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.PrivateKey;
import java.security.SecureRandom;
import java.security.interfaces.ECPrivateKey;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Base64;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;

/// Secret bytes in every form in which they could be told, to be looked for where they must not be.
public final class KnownKeys {
  private final Map<String, byte[]> forms = new LinkedHashMap<>();

  private KnownKeys() {}

  /// The keys of all authorities that a control plane keeps in its state directory, and the key
  /// with which they are sealed.
  public static KnownKeys of(Path state, String trustDomain) throws IOException {
    var directory = state.resolve("ca");
    var kek = new KekSource.InFile(directory.resolve("kek"));
    var vault = new DirectoryKeyVault(directory);
    var key = kek.load().orElseThrow();
    var domain = new TrustDomain(trustDomain);
    var random = new SecureRandom();
    var issuers = new SealedIssuers(vault, key, domain, random);
    var jwts = new SealedJwtKeys(vault, key, domain, random);
    var known = new KnownKeys();
    try (var files = Files.list(directory)) {
      for (var file : files.filter(f -> f.toString().endsWith(".sealed")).toList()) {
        var name = file.getFileName().toString().replace(".sealed", "");
        known.add(
            name,
            name.startsWith("jwt-")
                ? jwts.load(Integer.parseInt(name.substring(4))).orElseThrow().pair().getPrivate()
                : issuers.load(name).orElseThrow().key());
      }
    }
    return known;
  }

  void add(String name, PrivateKey key) {
    byte[] der = key.getEncoded();
    byte[] scalar = bytes(((ECPrivateKey) key).getS());
    put(name, "PKCS#8", der);
    put(name, "the number", scalar);
    put(name, "the number, backwards", backwards(scalar));
    put(name, "in decimal", ((ECPrivateKey) key).getS().toString());
    put(name, "in Java", withoutBrackets(Arrays.toString(scalar)));
    for (var hex :
        List.of(HexFormat.of(), HexFormat.ofDelimiter(":"), HexFormat.ofDelimiter(" "))) {
      put(name, "hex " + hex, hex.formatHex(scalar));
      put(name, "upper-case hex " + hex, hex.withUpperCase().formatHex(scalar));
    }
    for (var base64 : List.of(Base64.getEncoder(), Base64.getUrlEncoder())) {
      for (int before = 0; before < 3; before++) {
        put(
            name,
            "base64 after %d bytes, %s".formatted(before, base64),
            aligned(base64, scalar, before));
      }
    }
    lines(name, der);
  }

  /// The lines in PEM that have bits of the number and nothing of the public key alone.
  private void lines(String name, byte[] der) {
    var lines =
        new String(
            Base64.getMimeEncoder(64, new byte[] {'\n'}).encode(der), StandardCharsets.US_ASCII);
    put(name, "a line of PEM", lines.lines().findFirst().orElseThrow());
  }

  /// What base64 makes of these bytes alone, whatever is before and after them.
  private static String aligned(Base64.Encoder base64, byte[] bytes, int before) {
    byte[] padded = new byte[before + bytes.length];
    System.arraycopy(bytes, 0, padded, before, bytes.length);
    var text = base64.withoutPadding().encodeToString(padded);
    int first = (before * 8 + 5) / 6;
    int last = (before + bytes.length) * 8 / 6;
    return text.substring(first, last);
  }

  private static byte[] bytes(BigInteger number) {
    byte[] out = new byte[32];
    byte[] all = number.toByteArray();
    int length = Math.min(32, all.length);
    System.arraycopy(all, all.length - length, out, 32 - length, length);
    return out;
  }

  private static byte[] backwards(byte[] bytes) {
    byte[] out = new byte[bytes.length];
    for (int i = 0; i < bytes.length; i++) {
      out[i] = bytes[bytes.length - 1 - i];
    }
    return out;
  }

  private static String withoutBrackets(String list) {
    return list.substring(1, list.length() - 1);
  }

  private void put(String name, String form, String text) {
    put(name, form, text.getBytes(StandardCharsets.US_ASCII));
  }

  private void put(String name, String form, byte[] bytes) {
    forms.put(name + ": " + form, bytes);
  }

  public Map<String, byte[]> forms() {
    return Map.copyOf(forms);
  }

  /// The form of a key that is in these bytes, as they are or with everything taken out that breaks
  /// text into lines.
  public Optional<String> foundIn(byte[] bytes) {
    var text = new String(bytes, StandardCharsets.ISO_8859_1);
    var joined = text.replace("\\n", "").replaceAll("[\\r\\n\\t]", "");
    return forms.entrySet().stream()
        .filter(form -> {
          var needle = new String(form.getValue(), StandardCharsets.ISO_8859_1);
          return text.contains(needle) || joined.contains(needle);
        })
        .map(Map.Entry::getKey)
        .findFirst();
  }

  /// Where a key was found, of all the places.
  public List<String> foundIn(Map<String, byte[]> places) {
    var found = new ArrayList<String>();
    places.forEach((place, bytes) ->
        foundIn(bytes).ifPresent(form -> found.add("%s has %s".formatted(place, form))));
    return found;
  }
}
