package io.tombolo.testbed;

import java.util.List;
import java.util.concurrent.Callable;

/// The machine's own loopback interface. Needs no root.
public record Loopback() implements Place {
  @Override
  public String name() {
    return "loopback";
  }

  @Override
  public String address() {
    return "127.0.0.1";
  }

  @Override
  public String bindAddress() {
    return "127.0.0.1";
  }

  @Override
  public String peerAddress() {
    return "127.0.0.1";
  }

  @Override
  public List<String> entering(List<String> command) {
    return command;
  }

  @Override
  public <T> T call(Callable<T> task) throws Exception {
    return task.call();
  }
}
