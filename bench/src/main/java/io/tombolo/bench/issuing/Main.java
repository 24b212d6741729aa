package io.tombolo.bench.issuing;

import com.google.protobuf.ByteString;
import io.grpc.stub.StreamObserver;
import io.tombolo.api.identity.v1.AttestRequest;
import io.tombolo.api.identity.v1.IdentityGrpc;
import io.tombolo.api.identity.v1.Issued;
import io.tombolo.api.identity.v1.RenewRequest;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.Signature;
import java.security.cert.CertificateException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.ConcurrentLinkedQueue;
import java.util.concurrent.Semaphore;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.IntStream;

/// `bench/issuing`: how many SVIDs a second are issued to hosts that are connected, and how long it
/// takes until many hosts that join at once have theirs; beside it the bare signing on this
/// machine.
public final class Main {
  private static final int HOSTS = Integer.getInteger("hosts", 2_000);
  private static final int CONNECTIONS = 8;
  private static final int WAITING = 64;
  private static final long SECONDS = Long.getLong("seconds", 10);

  private Main() {}

  public static void main(String[] arguments) throws Exception {
    System.out.printf("%-28s %10.0f /s%n", "bare signing, 2 threads", signing());
    var requests = IntStream.range(0, HOSTS).parallel().mapToObj(_ -> Requests.make()).toList();
    try (var server = Server.start()) {
      var warm = join(server, requests.subList(0, Math.min(200, HOSTS)));
      renew(server, requests, warm, 3);
      long cpu = cpuMillis(server);
      double perSecond = renew(server, requests, warm, SECONDS);
      System.out.printf("%-28s %10.0f /s%n", "renewed over 8 connections", perSecond);
      System.out.printf(
          "%-28s %10.3f ms%n",
          "CPU of the control plane", (cpuMillis(server) - cpu) / (perSecond * SECONDS));
      long began = System.nanoTime();
      var tokens = tokens(server, HOSTS);
      System.out.printf("%-28s %10.1f s%n", "tokens made", (System.nanoTime() - began) / 1e9);
      began = System.nanoTime();
      var joined = join(server, requests, tokens);
      System.out.printf(
          "%-28s %10.1f s%n",
          joined.size() + " hosts have joined", (System.nanoTime() - began) / 1e9);
    }
  }

  private static long cpuMillis(Server server) {
    return ProcessHandle.of(server.pid())
        .flatMap(process -> process.info().totalCpuDuration())
        .orElseThrow()
        .toMillis();
  }

  /// Signatures (ECDSA P-256 with SHA-256) a second of two threads that do nothing else.
  private static double signing() throws InterruptedException {
    var done = new AtomicLong();
    long end = System.nanoTime() + 3_000_000_000L;
    var threads =
        IntStream.range(0, 2)
            .mapToObj(_ -> Thread.ofPlatform().start(() -> sign(end, done)))
            .toList();
    for (var thread : threads) {
      thread.join();
    }
    return done.get() / 3.0;
  }

  private static void sign(long end, AtomicLong done) {
    try {
      var generator = KeyPairGenerator.getInstance("EC");
      generator.initialize(256);
      KeyPair keys = generator.generateKeyPair();
      var content = new byte[500];
      while (System.nanoTime() < end) {
        var signer = Signature.getInstance("SHA256withECDSA");
        signer.initSign(keys.getPrivate());
        signer.update(content);
        var _ = signer.sign();
        done.incrementAndGet();
      }
    } catch (GeneralSecurityException impossible) {
      throw new IllegalStateException(impossible);
    }
  }

  private static List<String> tokens(Server server, int count) {
    return IntStream.range(0, count).mapToObj(_ -> server.token()).toList();
  }

  private static List<Issued> join(Server server, List<Requests> requests) throws Exception {
    return join(server, requests, tokens(server, requests.size()));
  }

  /// Each on a connection of its own, all at once.
  private static List<Issued> join(Server server, List<Requests> requests, List<String> tokens)
      throws InterruptedException {
    var joined = new ConcurrentLinkedQueue<Issued>();
    var failed = new ConcurrentLinkedQueue<Throwable>();
    var threads = new ArrayList<Thread>();
    for (int i = 0; i < requests.size(); i++) {
      var request =
          AttestRequest.newBuilder()
              .setCsr(requests.get(i).csr())
              .setJoinToken(tokens.get(i))
              .build();
      threads.add(
          Thread.ofVirtual()
              .start(() -> {
                var channel = server.connect(null, List.of());
                try {
                  joined.add(IdentityGrpc.newBlockingStub(channel).attest(request));
                } catch (RuntimeException refused) {
                  failed.add(refused);
                } finally {
                  channel.shutdownNow();
                }
              }));
    }
    for (var thread : threads) {
      thread.join();
    }
    if (!failed.isEmpty()) {
      throw new IllegalStateException(failed.size() + " hosts did not join", failed.peek());
    }
    return List.copyOf(joined);
  }

  /// As fast as it goes, with so many requests under way on each connection.
  private static double renew(
      Server server, List<Requests> requests, List<Issued> svids, long seconds) throws Exception {
    var done = new AtomicLong();
    var failed = new ConcurrentLinkedQueue<Throwable>();
    long began = System.nanoTime();
    long end = began + seconds * 1_000_000_000L;
    var threads = new ArrayList<Thread>();
    for (int c = 0; c < CONNECTIONS; c++) {
      var svid = chain(svids.get(c));
      var keys = keysOf(svid.getFirst(), requests);
      threads.add(
          Thread.ofPlatform()
              .start(() -> {
                var channel = server.connect(keys.getPrivate(), svid);
                var stub = IdentityGrpc.newStub(channel);
                var room = new Semaphore(WAITING);
                for (int i = 0; System.nanoTime() < end && failed.isEmpty(); i++) {
                  room.acquireUninterruptibly();
                  ByteString csr = requests.get(i % requests.size()).csr();
                  stub.renew(
                      RenewRequest.newBuilder().setCsr(csr).build(),
                      new Counted(room, done, failed));
                }
                room.acquireUninterruptibly(WAITING);
                channel.shutdownNow();
              }));
    }
    for (var thread : threads) {
      thread.join();
    }
    if (!failed.isEmpty()) {
      throw new IllegalStateException("a renewal failed", failed.peek());
    }
    return done.get() / ((System.nanoTime() - began) / 1e9);
  }

  private record Counted(Semaphore room, AtomicLong done, ConcurrentLinkedQueue<Throwable> failed)
      implements StreamObserver<Issued> {
    @Override
    public void onNext(Issued issued) {
      done.incrementAndGet();
    }

    @Override
    public void onError(Throwable why) {
      failed.add(why);
      room.release();
    }

    @Override
    public void onCompleted() {
      room.release();
    }
  }

  private static KeyPair keysOf(X509Certificate leaf, List<Requests> requests) {
    return requests.stream()
        .map(Requests::keys)
        .filter(
            keys -> Arrays.equals(keys.getPublic().getEncoded(), leaf.getPublicKey().getEncoded()))
        .findFirst()
        .orElseThrow();
  }

  private static List<X509Certificate> chain(Issued issued) throws CertificateException {
    var factory = CertificateFactory.getInstance("X.509");
    var chain = new ArrayList<X509Certificate>();
    for (var one : issued.getChainList()) {
      chain.add((X509Certificate) factory.generateCertificate(one.newInput()));
    }
    return chain;
  }
}
