package io.tombolo.testbed;

import java.io.IOException;
import java.util.Locale;

/// Calls the HTTP side of an [EchoServer]. The JDK's own clients retry silently; this one does not.
///
/// @param kept is the connection used again?
record HttpCaller(Line line, boolean kept) implements Caller {
  private static final String LENGTH = "content-length:";

  @Override
  public String call(String word) throws IOException {
    try {
      line.send(
          "GET /%s HTTP/1.1\r\nHost: %s\r\nConnection: %s\r\n\r\n"
              .formatted(word, line.target(), kept ? "keep-alive" : "close"));
      var answer = answer();
      if (!kept) {
        line.close();
      }
      return answer;
    } catch (IOException e) {
      line.close();
      throw e;
    }
  }

  private String answer() throws IOException {
    var status = line.readLine();
    int length = 0;
    boolean last = false;
    for (var header = line.readLine(); !header.isEmpty(); header = line.readLine()) {
      var lower = header.toLowerCase(Locale.ROOT);
      if (lower.startsWith(LENGTH)) {
        length = Integer.parseInt(lower.substring(LENGTH.length()).strip());
      }
      last |= lower.startsWith("connection:") && lower.contains("close");
    }
    var body = line.read(length);
    if (last) {
      line.close();
    }
    if (!status.startsWith("HTTP/1.1 200")) {
      throw new IOException(status + ": " + body);
    }
    return body;
  }

  @Override
  public long connections() {
    return line.opened();
  }

  @Override
  public void close() {
    line.close();
  }
}
