package io.tombolo.xds.profile;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.Stream;

/// Headers that a caller would not send if it were honest: another tenant than the rules let it
/// name (`x-tenant: evil`), or what only proxies say (with `forged` in the value).
///
/// @param kind the class it is of, as in docs/using/http-profile.md
/// @param lines as they stand in a request of HTTP/1.1, each with its end
/// @param fields as they are sent in HTTP/2; empty if it is of HTTP/1.1 only
record Forgery(String kind, String lines, List<Field> fields) {
  private static final Field GOOD = new Field("x-tenant", "good");

  private static final List<String> OVERRIDES =
      List.of(
          "x-http-method",
          "x-http-method-override",
          "x-method-override",
          "x-original-url",
          "x-rewrite-url");

  private static final List<String> OF_PROXIES =
      List.of(
          "x-envoy-attempt-count",
          "x-envoy-decorator-operation",
          "x-envoy-downstream-service-cluster",
          "x-envoy-downstream-service-node",
          "x-envoy-expected-rq-timeout-ms",
          "x-envoy-external-address",
          "x-envoy-force-trace",
          "x-envoy-hedge-on-per-try-timeout",
          "x-envoy-internal",
          "x-envoy-ip-tags",
          "x-envoy-max-retries",
          "x-envoy-original-dst-host",
          "x-envoy-original-host",
          "x-envoy-original-path",
          "x-envoy-original-url",
          "x-envoy-peer-metadata",
          "x-envoy-peer-metadata-id",
          "x-envoy-retriable-header-names",
          "x-envoy-retriable-status-codes",
          "x-envoy-retry-grpc-on",
          "x-envoy-retry-on",
          "x-envoy-upstream-alt-stat-name",
          "x-envoy-upstream-rq-per-try-timeout-ms",
          "x-envoy-upstream-rq-timeout-alt-response",
          "x-envoy-upstream-rq-timeout-ms");

  /// Is it more or less than lines of headers?
  boolean isBroken() {
    return fields.isEmpty()
        || fields.stream()
            .anyMatch(field -> Bytes.isBroken(field.name()) || Bytes.isBroken(field.value()));
  }

  private static Forgery of(String kind, Field... fields) {
    return new Forgery(
        kind,
        Stream.of(fields)
            .map(field -> field.name() + ": " + field.value() + "\r\n")
            .collect(Collectors.joining()),
        List.of(fields));
  }

  private static Forgery line(String kind, String lines) {
    return new Forgery(kind, lines, List.of());
  }

  static List<Forgery> written() {
    return Stream.of(
            values(),
            names(),
            several(),
            broken(),
            overrides(),
            certificates(),
            ofProxies(),
            hops())
        .flatMap(List::stream)
        .toList();
  }

  private static List<Forgery> values() {
    return Stream.of(
            "evil",
            " evil",
            "evil ",
            "\tevil",
            "evil\t",
            "  evil  ",
            "evil,good",
            "good,evil",
            "good, evil",
            "evil , good",
            "good,\tevil",
            ",evil",
            "evil,",
            ",,evil,,",
            "good,evil,good",
            "evil,evil",
            "good ,evil ",
            " , evil",
            "good,\u00a0,evil",
            "x,evil;q=1,evil")
        .map(value -> of("values", new Field("x-tenant", value)))
        .toList();
  }

  private static List<Forgery> names() {
    var names =
        List.of(
            "X-Tenant",
            "X-TENANT",
            "x-tenanT",
            "x_tenant",
            "X_TENANT",
            "X_tenant",
            "x_Tenant",
            "x-tenant_",
            "_x-tenant",
            "x-tenant ",
            "x-tenant\t",
            " x-tenant",
            "\tx-tenant",
            "x-tenant\u0000",
            "x-tenant\u00a0",
            "x-ten\u0000ant",
            "x-ten ant",
            "\"x-tenant\"",
            "x-tenant:",
            ":x-tenant",
            "x-tenant\r",
            "x-tenant\u000b",
            "x-tenant\u007f",
            "x\u00adtenant",
            "x.tenant",
            "x-tenant;",
            "x-tenant,",
            "(x-tenant)",
            "x/tenant",
            "x-tenant@");
    var forgeries = new ArrayList<Forgery>();
    for (var name : names) {
      var evil = new Field(name, "evil");
      var kind = name.contains("_") ? "underscores" : "names";
      forgeries.add(of(kind, evil));
      forgeries.add(of(kind, GOOD, evil));
      forgeries.add(of(kind, evil, GOOD));
    }
    return forgeries;
  }

  private static List<Forgery> several() {
    var evil = new Field("x-tenant", "evil");
    var upper = new Field("X-Tenant", "evil");
    var empty = new Field("x-tenant", "");
    return List.of(
        of("several", GOOD, evil),
        of("several", evil, GOOD),
        of("several", GOOD, evil, GOOD),
        of("several", evil, evil),
        of("several", GOOD, upper),
        of("several", upper, GOOD),
        of("several", empty, evil),
        of("several", evil, empty),
        of("several", GOOD, empty, evil),
        of("several", GOOD, new Field("accept", "*/*"), evil),
        of("several", GOOD, GOOD, evil));
  }

  /// Lines and values that end where they should not.
  private static List<Forgery> broken() {
    var forgeries = new ArrayList<Forgery>();
    for (var folded :
        List.of(
            "good\r\n evil",
            "\r\n evil",
            "\r\n\tevil",
            "good,\r\n evil",
            "good\r\n \r\n evil",
            "\r\n  evil\r\n",
            " \r\n evil",
            "good\r\n\tevil,")) {
      forgeries.add(line("folded lines", "x-tenant: " + folded + "\r\n"));
    }
    for (var end :
        List.of(
            "\r", "\n", "\u0000", "\r\r", "\n\n", "\u000b", "\f", "\u0085", "\u001f", "\u007f",
            "\r\n", "\n\r")) {
      forgeries.add(of("controls", new Field("x-other", "a" + end + "x-tenant: evil")));
      forgeries.add(of("controls", new Field("x-tenant", "good" + end + "x-tenant: evil")));
      forgeries.add(of("controls", new Field("x-tenant", "ev" + end + "il")));
      forgeries.add(of("controls", new Field("x-tenant", "evil" + end)));
      forgeries.add(of("controls", new Field("x-tenant", end + "evil")));
      forgeries.add(of("controls", GOOD, new Field("x-other" + end + "x-tenant", "evil")));
    }
    return forgeries;
  }

  private static List<Forgery> overrides() {
    var forgeries = new ArrayList<Forgery>();
    for (var name : OVERRIDES) {
      for (var spelled :
          List.of(
              name,
              name.toUpperCase(java.util.Locale.ROOT),
              name.replace('-', '_'),
              name.replaceFirst("-", "_"))) {
        var kind = spelled.contains("_") ? "underscores" : "override headers";
        forgeries.add(of(kind, GOOD, new Field(spelled, "DELETE")));
        forgeries.add(of(kind, GOOD, new Field(spelled, "/admin"), new Field(spelled, "")));
      }
    }
    return forgeries;
  }

  private static List<Forgery> certificates() {
    var forgeries = new ArrayList<Forgery>();
    for (var name :
        List.of(
            "x-forwarded-client-cert",
            "X-Forwarded-Client-Cert",
            "x_forwarded_client_cert",
            "x-forwarded-client_cert")) {
      for (var value :
          List.of(
              "URI=spiffe://shop.example/ns/shop/sa/forged",
              "By=spiffe://forged;Hash=0;URI=spiffe://forged",
              "Subject=\"CN=forged\";URI=spiffe://forged",
              "Subject=\"\\\";URI=spiffe://forged;\\\"\"",
              "forged,URI=spiffe://forged",
              ",,,forged",
              "URI=spiffe://forged\";By=\"")) {
        var kind = name.contains("_") ? "underscores" : "client certificates";
        forgeries.add(of(kind, GOOD, new Field(name, value)));
      }
    }
    return forgeries;
  }

  private static List<Forgery> ofProxies() {
    var forgeries = new ArrayList<Forgery>();
    for (var name : OF_PROXIES) {
      forgeries.add(of("of proxies", GOOD, new Field(name, "forged")));
      forgeries.add(of("underscores", GOOD, new Field(name.replace('-', '_'), "forged")));
    }
    return forgeries;
  }

  /// Headers that one hop may take from another.
  private static List<Forgery> hops() {
    return List.of(
        of("hop by hop", GOOD, new Field("connection", "x-tenant")),
        of(
            "hop by hop",
            GOOD,
            new Field("connection", "close, x-tenant"),
            new Field("x-tenant", "evil")),
        of(
            "hop by hop",
            new Field("x-tenant", "evil"),
            new Field("connection", "keep-alive, X-Tenant")),
        of("hop by hop", GOOD, new Field("connection", ":authority")),
        of("hop by hop", GOOD, new Field("connection", "host")),
        of("hop by hop", GOOD, new Field("connection", "x-forwarded-client-cert")),
        of("hop by hop", GOOD, new Field("connection", "x-forwarded-for, x-forwarded-proto")),
        of("hop by hop", GOOD, new Field("proxy-connection", "x-tenant")),
        of("hop by hop", GOOD, new Field("keep-alive", "x-tenant: evil")),
        of("hop by hop", GOOD, new Field("te", "trailers, x-tenant")),
        of("hop by hop", GOOD, new Field("trailer", "x-tenant")),
        of("hop by hop", GOOD, new Field("upgrade", "h2c"), new Field("connection", "upgrade")),
        of(
            "hop by hop",
            GOOD,
            new Field("upgrade", "x-tenant"),
            new Field("connection", "upgrade")),
        of("pseudo-headers", GOOD, new Field(":path", "/forged")),
        of("pseudo-headers", GOOD, new Field(":method", "DELETE")),
        of("pseudo-headers", GOOD, new Field(":authority", "forged")),
        of("pseudo-headers", GOOD, new Field(":scheme", "forged")),
        of("pseudo-headers", GOOD, new Field(":status", "200")),
        of("pseudo-headers", GOOD, new Field(":protocol", "websocket")),
        of("pseudo-headers", GOOD, new Field(":x-tenant", "evil")));
  }
}
