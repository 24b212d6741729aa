package io.tombolo.xds.profile;

import java.util.ArrayList;
import java.util.List;

/// How a request is sent.
enum Sent {
  HTTP_1,
  HTTP_2,
  GRPC;

  private static final String AUTHORITY = "a.test";

  /// The form of an offer that is spoken to in this way.
  Offer to(Offer offer) {
    return this == GRPC ? offer.grpc() : offer;
  }

  /// Asks for a path, spelled like this.
  Answer ask(Caller caller, Offer offer, String path) {
    return ask(caller, offer, path, List.of());
  }

  Answer ask(Caller caller, Offer offer, String path, List<Field> more) {
    var sni = to(offer).sni();
    return switch (this) {
      case HTTP_1 -> caller.http1(sni, http1("GET", path, AUTHORITY, more));
      case HTTP_2 -> caller.http2(sni, http2("GET", path, more));
      case GRPC -> {
        var fields = new ArrayList<>(List.of(new Field("content-type", "application/grpc")));
        fields.add(new Field("te", "trailers"));
        fields.addAll(more);
        yield caller.http2(sni, http2("POST", path, fields));
      }
    };
  }

  static String http1(String method, String path, String host, List<Field> more) {
    var request = new StringBuilder("%s %s HTTP/1.1\r\nhost: %s\r\n".formatted(method, path, host));
    more.forEach(
        field -> request.append(field.name()).append(": ").append(field.value()).append("\r\n"));
    return request.append("\r\n").toString();
  }

  private static List<Field> http2(String method, String path, List<Field> more) {
    var fields =
        new ArrayList<>(
            List.of(
                new Field(":method", method),
                new Field(":scheme", "https"),
                new Field(":authority", AUTHORITY),
                new Field(":path", path)));
    fields.addAll(more);
    return fields;
  }
}
