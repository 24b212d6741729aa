package io.tombolo.cli.demo;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.tombolo.cli.AdminClient;
import io.tombolo.cli.CommandFailed;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Predicate;

/// Makes calls as an application does: to its own proxy, which takes them from there.
final class Caller {
  private static final ObjectMapper JSON = new ObjectMapper();
  private static final Duration TO_ANSWER = Duration.ofSeconds(10);
  private static final String URI_OF_CERTIFICATE = "URI=";

  private final Stage stage;
  private final AdminClient admin;

  Caller(Stage stage, AdminClient admin) {
    this.stage = stage;
    this.admin = admin;
  }

  /// What the caller got.
  ///
  /// @param status of HTTP
  record Answer(int status, String body) {
    boolean gotThrough() {
      return status == 200;
    }
  }

  /// What became of a call.
  ///
  /// @param peer the caller's identity, as the far side saw it
  /// @param gateway the network whose gateway it passed, or empty
  /// @param rule what decided, as the control plane explains it
  /// @param wrong how this differs from what should be; empty if it does not
  record Outcome(
      Shop.Call call, Answer answer, String peer, String gateway, String rule, List<String> wrong) {
    Outcome {
      wrong = List.copyOf(wrong);
    }
  }

  /// Just the call, on a connection of its own.
  Answer call(Shop.Call call) {
    var request =
        HttpRequest.newBuilder(URI.create("http://" + call.from().upstream(call.to()) + "/"))
            .timeout(TO_ANSWER)
            .build();
    try (var http = HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build()) {
      var response = http.send(request, BodyHandlers.ofString());
      return new Answer(response.statusCode(), response.body());
    } catch (IOException broken) {
      return new Answer(0, String.valueOf(broken.getMessage()));
    } catch (InterruptedException stopped) {
      Thread.currentThread().interrupt();
      throw new CommandFailed("interrupted", stopped);
    }
  }

  /// The call, with everything that can be known about it.
  Outcome observe(Shop.Call call) {
    var before = passed(call);
    long logged = stage.sidecar(call.to().name()).logged();
    var answer = call(call);
    var peer = answer.gotThrough() ? peerIn(answer) : peerTurnedAway(call, logged);
    var gateway = passedSince(call, before);
    var decision =
        admin.get(
            "/v1/decision",
            Map.of(
                "source", call.from().identity().toString(),
                "destination", call.to().service().toString()));
    var wrong = new ArrayList<String>();
    require(wrong, answer.gotThrough() == call.allowed(), "the caller got " + shown(answer));
    require(
        wrong, peer.equals(call.from().identity().toString()), "the far side saw \"" + peer + "\"");
    require(
        wrong,
        gateway.equals(call.gateway()),
        "it went " + (gateway.isEmpty() ? "direct" : "through the gateway of " + gateway));
    require(
        wrong,
        decision.path("allowed").asBoolean() == call.allowed(),
        "the control plane says: " + decision.path("text").asText());
    require(
        wrong,
        !answer.gotThrough() || servedBy(answer).equals(call.to().name()),
        servedBy(answer) + " answered");
    return new Outcome(call, answer, peer, gateway, decision.path("text").asText(), wrong);
  }

  private static void require(List<String> wrong, boolean right, String otherwise) {
    if (!right) {
      wrong.add(otherwise);
    }
  }

  private static String shown(Answer answer) {
    return answer.status() + " " + answer.body().strip();
  }

  /// What each gateway has passed on to this destination so far.
  private Map<String, Long> passed(Shop.Call call) {
    var bytes = new TreeMap<String, Long>();
    for (var gateway : Shop.GATEWAYS) {
      bytes.put(gateway.network(), stage.sidecar(gateway.name()).bytesTo(call.to().sni()));
    }
    return bytes;
  }

  private String passedSince(Shop.Call call, Map<String, Long> before) {
    var now = passed(call);
    Predicate<String> more =
        network -> now.getOrDefault(network, 0L) > before.getOrDefault(network, 0L);
    return now.keySet().stream().filter(more).findFirst().orElse("");
  }

  private static String servedBy(Answer answer) {
    return field(answer, "service");
  }

  /// The caller's identity, as the far proxy wrote it for its application.
  private static String peerIn(Answer answer) {
    for (var part : field(answer, "certificate").split(";", -1)) {
      if (part.startsWith(URI_OF_CERTIFICATE)) {
        return part.substring(URI_OF_CERTIFICATE.length());
      }
    }
    return "";
  }

  private static String field(Answer answer, String name) {
    try {
      return JSON.readTree(answer.body()).path(name).asText();
    } catch (JsonProcessingException notJson) {
      return "";
    }
  }

  /// The caller's identity, as the far proxy logged it when it turned him away.
  private String peerTurnedAway(Shop.Call call, long logged) {
    var far = stage.sidecar(call.to().name());
    try {
      return new Patience(Duration.ofSeconds(3), Duration.ofMillis(20))
          .until(() -> far.turnedAwaySince(logged), () -> "no denial in " + far.accessLog());
    } catch (CommandFailed nothingLogged) {
      return "";
    }
  }
}
