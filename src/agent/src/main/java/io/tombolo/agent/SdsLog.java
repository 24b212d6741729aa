package io.tombolo.agent;

import com.google.rpc.Status;
import io.tombolo.mesh.catalog.Names;
import java.lang.System.Logger.Level;

/// What is written down about SDS streams: never a secret, and nothing a client sent as it came.
final class SdsLog {
  private static final System.Logger LOG = System.getLogger(SdsLog.class.getName());

  private SdsLog() {}

  static void refused(String node, io.grpc.Status why) {
    LOG.log(Level.WARNING, "SDS: {0}: {1}", Names.printable(node), why.getDescription());
  }

  static void rejected(String node, Status why) {
    LOG.log(
        Level.ERROR,
        "SDS: proxy {0} rejected a secret: {1}; it keeps the one before",
        Names.printable(node),
        Names.printable(why.getMessage()));
  }
}
