package io.tombolo.testbed;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Optional;
import javax.net.ssl.HttpsURLConnection;
import javax.net.ssl.SSLSocketFactory;

/// One HTTP/1.1 request on a connection of its own, opened by the thread that sends it.
///
/// @param trust whom an `https` call trusts; absent for `http`
public record HttpCall(
    String method,
    String url,
    Map<String, String> headers,
    String body,
    Optional<SSLSocketFactory> trust) {
  private static final int PATIENCE_MILLIS = 10_000;

  /// What came back.
  public record Reply(int status, String body) {
    public boolean ok() {
      return status >= 200 && status < 300;
    }
  }

  public HttpCall {
    headers = Map.copyOf(headers);
  }

  public HttpCall(String method, String url, String body) {
    this(method, url, Map.of(), body, Optional.empty());
  }

  public static HttpCall get(String url) {
    return new HttpCall("GET", url, "");
  }

  public HttpCall with(String header, String value) {
    var more = new LinkedHashMap<>(headers);
    more.put(header, value);
    return new HttpCall(method, url, more, body, trust);
  }

  public HttpCall trusting(SSLSocketFactory factory) {
    return new HttpCall(method, url, headers, body, Optional.of(factory));
  }

  /// Sends it and reads the whole answer, whatever its status.
  public Reply send() throws IOException {
    var connection = (HttpURLConnection) URI.create(url).toURL().openConnection();
    if (connection instanceof HttpsURLConnection https) {
      trust.ifPresent(https::setSSLSocketFactory);
    }
    connection.setConnectTimeout(PATIENCE_MILLIS);
    connection.setReadTimeout(PATIENCE_MILLIS);
    connection.setInstanceFollowRedirects(false);
    connection.setRequestMethod(method);
    headers.forEach(connection::setRequestProperty);
    // A kept connection might be reused by a call from another network namespace.
    connection.setRequestProperty("Connection", "close");
    if (!body.isEmpty()) {
      connection.setDoOutput(true);
      connection.getOutputStream().write(body.getBytes(StandardCharsets.UTF_8));
    }
    return reply(connection);
  }

  private static Reply reply(HttpURLConnection connection) throws IOException {
    int status = connection.getResponseCode();
    try (var stream = status < 400 ? connection.getInputStream() : connection.getErrorStream()) {
      var text = stream == null ? "" : new String(stream.readAllBytes(), StandardCharsets.UTF_8);
      return new Reply(status, text);
    }
  }
}
