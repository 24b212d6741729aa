package io.tombolo.server.federation;

/// A bundle is not taken. The message says why, and names the field.
public final class BundleUnusable extends Exception {
  private static final long serialVersionUID = 1;

  BundleUnusable(String why) {
    super(why);
  }

  BundleUnusable(String why, Throwable cause) {
    super(why, cause);
  }
}
