package io.tombolo.bench.micro;

import io.tombolo.mesh.catalog.Catalog;
import io.tombolo.mesh.flow.Mesh;
import io.tombolo.xds.snapshot.Snapshot;
import io.tombolo.xds.snapshot.Snapshots;
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

/// From a changed endpoint to what there is to tell, 1,000 services of 10 endpoints.
@State(Scope.Benchmark)
@BenchmarkMode(Mode.AverageTime)
@OutputTimeUnit(TimeUnit.MICROSECONDS)
@Fork(1)
@Warmup(iterations = 3, time = 3)
@Measurement(iterations = 5, time = 3)
public class TranslationBenchmark {
  private static final int SERVICES = 1000;

  private final Snapshots snapshots = new Snapshots();
  private Catalog catalog = Mesh1000.catalog();
  private Mesh mesh = Mesh.of(catalog, Mesh1000.SETTINGS);
  private final Mesh[] turns = {mesh, mesh.then(Mesh1000.moved(catalog, 1, 1))};
  private int change;

  /// The whole way: catalog, mesh, snapshot.
  @Benchmark
  public Snapshot endpointMoves() {
    change++;
    catalog = Mesh1000.moved(catalog, change * 7919 % SERVICES, 1 + change / SERVICES % 2);
    mesh = mesh.then(catalog);
    return snapshots.next(mesh);
  }

  /// What follows from a catalog, derived from nothing.
  @Benchmark
  public Mesh meshAnew() {
    return Mesh.of(catalog, Mesh1000.SETTINGS);
  }

  /// `Snapshots.next` alone, of a mesh with one endpoint changed.
  @Benchmark
  public Snapshot next() {
    return snapshots.next(turns[change++ & 1]);
  }

  /// The first snapshot: everything is built and encoded.
  @Benchmark
  public Snapshot first() {
    return new Snapshots().next(turns[0]);
  }
}
