package io.tombolo.bench.micro;

import com.google.protobuf.InvalidProtocolBufferException;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryRequest;
import io.envoyproxy.envoy.service.discovery.v3.DeltaDiscoveryResponse;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.xds.delivery.DeltaSession;
import io.tombolo.xds.delivery.Session;
import io.tombolo.xds.snapshot.ResourceType;
import io.tombolo.xds.snapshot.Snapshots;
import io.tombolo.xds.snapshot.View;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import org.openjdk.jmh.annotations.Benchmark;
import org.openjdk.jmh.annotations.BenchmarkMode;
import org.openjdk.jmh.annotations.Fork;
import org.openjdk.jmh.annotations.Measurement;
import org.openjdk.jmh.annotations.Mode;
import org.openjdk.jmh.annotations.OutputTimeUnit;
import org.openjdk.jmh.annotations.Scope;
import org.openjdk.jmh.annotations.State;
import org.openjdk.jmh.annotations.Warmup;

/// From what there is to tell to the bytes of one stream, 1,000 services of 10 endpoints.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class EncodingBenchmark {
  private static final Instant NOW = Instant.EPOCH;

  private final View[] turns = new View[2];
  private final Session<DeltaDiscoveryRequest> session = new DeltaSession();
  private int change;

  public EncodingBenchmark() {
    var snapshots = new Snapshots();
    var catalog = Mesh1000.catalog();
    turns[0] = snapshots.next(Mesh.of(catalog, Mesh1000.SETTINGS)).viewFor(Mesh1000.proxy());
    var moved = Mesh1000.moved(catalog, 1, 1);
    turns[1] = snapshots.next(Mesh.of(moved, Mesh1000.SETTINGS)).viewFor(Mesh1000.proxy());
    for (var type : ResourceType.values()) {
      ask(session, type, turns[0]);
    }
    session.news(turns[0], NOW).forEach(answer -> acknowledge(session, answer.toByteArray()));
  }

  private static void ask(Session<DeltaDiscoveryRequest> session, ResourceType type, View view) {
    var request = DeltaDiscoveryRequest.newBuilder().setTypeUrl(type.typeUrl());
    if (!type.listedWhole()) {
      view.of(type).all().forEach(resource -> request.addResourceNamesSubscribe(resource.name()));
    }
    session.receive(request.build(), NOW);
  }

  private static void acknowledge(Session<DeltaDiscoveryRequest> session, byte[] bytes) {
    try {
      var answer = DeltaDiscoveryResponse.parseFrom(bytes);
      session.receive(
          DeltaDiscoveryRequest.newBuilder()
              .setTypeUrl(answer.getTypeUrl())
              .setResponseNonce(answer.getNonce())
              .build(),
          NOW);
    } catch (InvalidProtocolBufferException unreadable) {
      throw new IllegalStateException(unreadable);
    }
  }

  /// A stream that has nothing is told everything.
  @Benchmark
  public long everything() {
    var fresh = new DeltaSession();
    for (var type : ResourceType.values()) {
      ask(fresh, type, turns[0]);
    }
    long bytes = 0;
    for (var answer : fresh.news(turns[0], NOW)) {
      bytes += answer.toByteArray().length;
    }
    return bytes;
  }

  /// A stream that has everything is told of one changed endpoint, and acknowledges.
  @Benchmark
  public long oneEndpoint() {
    long bytes = 0;
    for (var answer : session.news(turns[++change & 1], NOW)) {
      var encoded = answer.toByteArray();
      bytes += encoded.length;
      acknowledge(session, encoded);
    }
    if (bytes == 0) {
      throw new IllegalStateException("nothing was new: this measured nothing");
    }
    return bytes;
  }
}
