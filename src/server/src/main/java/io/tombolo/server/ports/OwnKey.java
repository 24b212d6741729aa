package io.tombolo.server.ports;

import java.net.Socket;
import java.security.Principal;
import java.security.PrivateKey;
import java.security.cert.X509Certificate;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.locks.ReentrantLock;
import java.util.function.Supplier;
import java.util.stream.Stream;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.X509ExtendedKeyManager;
import org.jspecify.annotations.Nullable;

/// The key and certificate the control plane shows, whichever is newest. Thread-safe.
final class OwnKey extends X509ExtendedKeyManager {
  private static final int MOST_RECENT = 3;

  /// A private key and its certificate chain, leaf first.
  record Pair(PrivateKey key, List<X509Certificate> chain) {
    String alias() {
      return chain.getFirst().getSerialNumber().toString(16);
    }

    @Override
    public String toString() {
      return "Pair[key=redacted, chain of " + chain.size() + "]";
    }
  }

  private final Supplier<Pair> newest;
  private final ReentrantLock lock = new ReentrantLock();
  private volatile List<Pair> recent = List.of();

  OwnKey(Supplier<Pair> newest) {
    this.newest = newest;
  }

  @Override
  public String chooseEngineServerAlias(
      String keyType, Principal @Nullable [] issuers, SSLEngine engine) {
    return offered();
  }

  @Override
  public String chooseServerAlias(
      String keyType, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return offered();
  }

  /// The newest, by its serial number: a handshake asks for chain and key one after the other, and
  /// must get both of the same pair.
  private String offered() {
    lock.lock();
    try {
      var pair = newest.get();
      recent =
          Stream.concat(Stream.of(pair), recent.stream()).distinct().limit(MOST_RECENT).toList();
      return pair.alias();
    } finally {
      lock.unlock();
    }
  }

  private Optional<Pair> named(String alias) {
    return recent.stream().filter(pair -> pair.alias().equals(alias)).findFirst();
  }

  @Override
  public X509Certificate @Nullable [] getCertificateChain(String alias) {
    return named(alias).map(pair -> pair.chain().toArray(X509Certificate[]::new)).orElse(null);
  }

  @Override
  public @Nullable PrivateKey getPrivateKey(String alias) {
    return named(alias).map(Pair::key).orElse(null);
  }

  @Override
  public String[] getServerAliases(String keyType, Principal @Nullable [] issuers) {
    return new String[] {offered()};
  }

  @Override
  public String @Nullable [] getClientAliases(String keyType, Principal @Nullable [] issuers) {
    return null;
  }

  @Override
  public @Nullable String chooseClientAlias(
      String[] keyTypes, Principal @Nullable [] issuers, @Nullable Socket socket) {
    return null;
  }
}
