package io.tombolo.testbed;

import java.io.IOException;

/// Calls the TCP side of an [EchoServer].
record TcpCaller(Line line) implements Caller {
  @Override
  public String call(String word) throws IOException {
    try {
      line.send(word + "\n");
      return line.readLine();
    } catch (IOException e) {
      line.close();
      throw e;
    }
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
