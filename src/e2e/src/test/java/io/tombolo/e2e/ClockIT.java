package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.agent.AgentMain;
import io.tombolo.testbed.Await;
import io.tombolo.testbed.Daemon;
import io.tombolo.testbed.Host;
import io.tombolo.testbed.Network;
import io.tombolo.testbed.Scratch;
import io.tombolo.testbed.Topology;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Map;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

/// Control plane and agent, as processes whose clocks jump (libfaketime), and that are suspended:
/// the agent of a VM has a new SVID within 15 s, with the join token of its start.
@Tag("identity")
class ClockIT {
  private static final Duration SOON = Duration.ofSeconds(15);
  private static final String SERVICE = "consul/dc1/default/billing";

  private final Deque<AutoCloseable> opened = new ArrayDeque<>();
  private Path clocks;
  private ControlPlane controlPlane;
  private Daemon agent;

  @BeforeEach
  void an_agent_has_joined() throws Exception {
    var directory = keep(Scratch.named("clock")).path();
    var topology = keep(Topology.open());
    clocks = Files.createDirectories(directory.resolve("clocks"));
    var laptop = topology.host("laptop", Network.VMS);
    register(Files.createDirectories(directory.resolve("worlds/consul/dc1")), laptop);
    var configuration =
        Map.of(
            "tombolo.directory", directory.resolve("worlds").toString(),
            "tombolo.svid.ttl", "1h",
            "tombolo.svid.grace", "96h");
    setControlPlane("-10d"); // So that the root is older than any jump.
    var state = directory.resolve("state");
    controlPlane =
        keep(ControlPlane.start(topology.infra(), state, configuration, faked("control-plane")));
    controlPlane.awaitReady();
    setBoth("+0");
    controlPlane.daemon().restart();
    controlPlane.awaitReady();
    agent = keep(agent(laptop, topology, directory));
    Await.until("it has joined", Duration.ofSeconds(60), () -> taken() == 1);
  }

  private Daemon agent(Host laptop, Topology topology, Path directory) throws IOException {
    var token =
        Files.writeString(directory.resolve("token"), controlPlane.token("service", SERVICE));
    var at = topology.infra().address(Network.VMS) + ":" + ControlPlane.XDS_PORT;
    var spec =
        Daemon.java(
            "agent-laptop",
            laptop,
            AgentMain.class,
            "--control-plane",
            at,
            "--bundle",
            controlPlane.bundle().toString(),
            "--trust-domain",
            "tombolo.local",
            "--node",
            SERVICE + "-1",
            "--socket",
            directory.resolve("run/agent.sock").toString(),
            "--join-token-file",
            token.toString());
    for (var variable : faked("agent").entrySet()) {
      spec = spec.with(variable.getKey(), variable.getValue());
    }
    return spec.start();
  }

  private static void register(Path datacenter, Host host) throws IOException {
    Files.writeString(
        datacenter.resolve("billing.json"),
        """
        {"service": {"name": "billing", "id": "billing-1", "address": "%s", "port": 8080}}
        """
            .formatted(host.address()));
  }

  @AfterEach
  void close() throws Exception {
    while (!opened.isEmpty()) {
      opened.pop().close();
    }
  }

  private <T extends AutoCloseable> T keep(T part) {
    opened.push(part);
    return part;
  }

  private Map<String, String> faked(String who) {
    return Map.of(
        "LD_PRELOAD", "/usr/lib/x86_64-linux-gnu/faketime/libfaketimeMT.so.1",
        "FAKETIME_TIMESTAMP_FILE", clocks.resolve(who).toString(),
        "FAKETIME_NO_CACHE", "1",
        "NO_FAKE_STAT", "1",
        "DONT_FAKE_MONOTONIC", "1");
  }

  private void setControlPlane(String clock) throws IOException {
    set("control-plane", clock);
  }

  private void setAgent(String clock) throws IOException {
    set("agent", clock);
  }

  private void setBoth(String clock) throws IOException {
    setControlPlane(clock);
    setAgent(clock);
  }

  private void set(String who, String clock) throws IOException {
    var fresh = Files.writeString(clocks.resolve(who + ".new"), clock + "\n");
    Files.move(
        fresh,
        clocks.resolve(who),
        StandardCopyOption.ATOMIC_MOVE,
        StandardCopyOption.REPLACE_EXISTING);
  }

  private long events(String kind) {
    return TwoWorlds.list(controlPlane.get("audit?limit=1000&after=0").path("lines"))
        .filter(line -> line.path("event").asText().equals(kind))
        .count();
  }

  /// How many SVIDs the agent has had.
  private long taken() {
    return agent.log().lines().filter(line -> line.contains("Agent: SVID of")).count();
  }

  private interface Change {
    void make() throws Exception;
  }

  private void assertHeals(String from, Change change) throws Exception {
    long before = taken();
    change.make();
    long began = System.nanoTime();
    Await.until("a new SVID after " + from, SOON, () -> taken() > before);
    System.out.printf(
        "clock: after %s a new SVID in %d ms%n", from, (System.nanoTime() - began) / 1_000_000);
    assertThat(events("joined")).isEqualTo(1);
  }

  @Test
  void after_a_suspend_and_jumps_of_both_clocks_it_renews_by_itself() throws Exception {
    agent.suspend();
    setBoth("+16h");
    assertHeals("16 h of suspend", agent::resume);
    assertHeals("an hour back", () -> setBoth("+15h"));
    assertHeals("three days", () -> setBoth("+87h"));
  }

  @Test
  @Tag("soak")
  void after_jumps_of_its_own_clock_and_an_outage_it_renews_by_itself() throws Exception {
    assertHeals("its clock went back an hour", () -> setAgent("-1h"));
    assertHeals(
        "its clock was three days ahead and is right again",
        () -> {
          setAgent("+72h");
          Await.until(
              "it says so", Duration.ofSeconds(30), () -> agent.log().contains("no new SVID"));
          setAgent("+0");
        });
    assertHeals(
        "the control plane was away while the SVID ended",
        () -> {
          controlPlane.daemon().kill();
          setBoth("+2h");
          controlPlane.daemon().restart();
          controlPlane.awaitReady();
        });
  }
}
