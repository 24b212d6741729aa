package io.tombolo.cli.demo;

import io.tombolo.cli.Table;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;

/// The order of events.
///
/// @param home Tombolo's own directory
record Demo(Path home, Map<String, String> environment, Stage stage, Progress progress) {
  /// Runs it to the end.
  ///
  /// @return what went otherwise than it should; empty if nothing did
  List<String> play() {
    progress.say("Two worlds on this machine: Kubernetes pods and Consul VMs, on loopback.\n");
    Ports.requireFree(Shop.addresses());
    stage.workspace().copyWorlds(home.resolve("examples/two-worlds"));
    var envoy =
        progress.step(
            "Envoy", () -> new EnvoyBinary(environment, home).find(progress), Path::toString);
    var controlPlane =
        progress.step(
            "control plane", () -> stage.controlPlane(home), started -> "ready, " + started.url());
    progress.step("applications", stage::applications, n -> n + " answer");
    progress.step(
        "agents",
        () -> stage.agents(controlPlane),
        n -> n + " joined, pods by token too: no Kubernetes here vouches for them");
    progress.step(
        "proxies",
        () -> stage.proxies(envoy, controlPlane),
        revision -> "4 beside workloads and 2 gateways have revision " + revision);
    var caller = new Caller(stage, controlPlane.admin());
    var wrong = new ArrayList<String>();
    calls(caller, Shop.CALLS, wrong);
    flip(new Flip(stage, controlPlane.admin(), caller), caller, wrong);
    progress.say("Status page: " + controlPlane.page());
    progress.say(
        "Ask it too:  ./tombolo catalog --url %s --state %s%n"
            .formatted(controlPlane.url(), stage.workspace().state()));
    return wrong;
  }

  private void calls(Caller caller, List<Shop.Call> calls, List<String> wrong) {
    var table = Table.of("CALL", "", "PATH", "RESULT", "THE FAR SIDE SAW");
    var rules = new StringBuilder("\nWhat decided\n");
    for (var call : calls) {
      var outcome = caller.observe(call);
      table.row(
          call.toString(),
          "%s -> %s".formatted(call.from().kind(), call.to().kind()),
          outcome.gateway().isEmpty() ? "direct" : "via gateway of " + outcome.gateway(),
          outcome.answer().gotThrough()
              ? "got through"
              : "denied (%d)".formatted(outcome.answer().status()),
          outcome.peer().isEmpty() ? "nothing" : outcome.peer());
      rules.append("  %-18s %s%n".formatted(call, outcome.rule()));
      outcome.wrong().forEach(what -> wrong.add(call + ": " + what));
    }
    progress.say("\n" + table + rules);
  }

  /// Lets web call ledger and forbids it again, while everything runs.
  private void flip(Flip flip, Caller caller, List<String> wrong) {
    progress.say("Changing " + Flip.FILE + " live: web -> ledger, denied so far");
    for (var action : List.of("allow", "deny")) {
      var took = flip.to(action);
      progress.say(
          "  %-5s  revision %d applied by all %d proxies after %d ms; the call's result changed after"
                  .formatted(action, took.revision(), took.proxies(), took.everywhere().toMillis())
              + " %d ms".formatted(took.felt().toMillis()));
      calls(caller, List.of(new Shop.Call(Shop.WEB, Shop.LEDGER, action.equals("allow"))), wrong);
    }
  }
}
