package io.tombolo.mesh.policy.explanation;

import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.TRUST_DOMAIN;
import static io.tombolo.mesh.policy.Intention.Action.ALLOW;
import static io.tombolo.mesh.policy.Intention.Action.DENY;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.identity.SpiffeId;
import io.tombolo.mesh.policy.Condition;
import io.tombolo.mesh.policy.Condition.Header;
import io.tombolo.mesh.policy.Condition.Method;
import io.tombolo.mesh.policy.Condition.Path;
import io.tombolo.mesh.policy.Decision;
import io.tombolo.mesh.policy.InboundPolicy;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Mode;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.Principal;
import io.tombolo.mesh.policy.Provenance;
import io.tombolo.mesh.policy.Request;
import io.tombolo.mesh.policy.Rule;
import io.tombolo.mesh.policy.Text;
import io.tombolo.mesh.policy.explanation.Step.Outcome;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("intentions")
class ExplanationTest {
  private static final SpiffeId WEB =
      SpiffeId.consulService(TRUST_DOMAIN, "default", DATACENTER.name(), "web");
  private static final Port HTTP = new Port("", 8080, Protocol.HTTP);
  private static final Port TCP = new Port("", 8080, Protocol.TCP);
  private static final Principal EVERYONE = new Principal.Under("spiffe://shop.example/ns/");
  private static final Condition READ_A =
      Condition.allOf(
          new Path(Text.prefix("/a")), Condition.anyOf(new Method("GET"), new Method("HEAD")));

  private static Intention intention(Party source, Action otherwise, Permission... permissions) {
    return new Intention(
        source,
        new Party.Named("api"),
        List.of(permissions),
        otherwise == ALLOW ? Intention.Otherwise.ALLOW : Intention.Otherwise.DENY,
        new Provenance(DATACENTER, "service-intentions", "", "api", 0));
  }

  private static List<Rule> rules(Intention intention, Principal caller) {
    var rules = new ArrayList<Rule>();
    for (var permission : intention.permissions()) {
      rules.add(
          new Rule(
              intention,
              rules.size(),
              Set.of(caller),
              permission.condition(),
              permission.action()));
    }
    rules.add(
        new Rule(
            intention,
            Rule.LAST_WORD,
            Set.of(caller),
            Condition.always(),
            intention.otherwise() == Intention.Otherwise.ALLOW ? ALLOW : DENY));
    return rules;
  }

  private static final Intention OF_WEB =
      intention(new Party.Named("web"), DENY, new Permission(ALLOW, READ_A));

  private static InboundPolicy policy(List<Rule> rules) {
    return new InboundPolicy(Set.of(), rules, Mode.STRICT);
  }

  private static InboundPolicy ofWeb() {
    return policy(rules(OF_WEB, new Principal.Exactly(WEB)));
  }

  private static Request request(String method, String path, Map<String, String> headers) {
    return new Request(WEB, 8080, new Request.Http(method, path, headers));
  }

  private static Explanation explained(InboundPolicy policy, Port port, Request request) {
    return Explanation.of(policy, Optional.empty(), port, request);
  }

  private static List<Opposite> opposites(Explanation explanation, Port port) {
    return Opposites.of(
        explanation,
        port.protocol().isHttp(),
        action ->
            new Intention(
                new Party.Identified(WEB),
                new Party.Named("api"),
                action,
                new Provenance(DATACENTER, "Intention", "", "new", 0)));
  }

  private static List<String> outcomes(Explanation explanation) {
    return explanation.steps().stream().map(step -> step.outcome().toString()).toList();
  }

  @Test
  void a_rule_that_does_not_match_says_which_part_of_it_does_not() {
    assertThat(outcomes(explained(ofWeb(), HTTP, request("POST", "/b", Map.of()))))
        .containsExactly(
            "path is \"/b\", not prefix \"/a\"; method is POST, not GET or HEAD", "decides");
    assertThat(outcomes(explained(ofWeb(), HTTP, request("GET", "/a/1", Map.of()))))
        .containsExactly("decides", "matches too, but it has been decided before");
  }

  @Test
  void headers_say_whether_they_are_missing() {
    var condition =
        Condition.allOf(
            new Header("x-role", Text.exact("admin")),
            Condition.not(new Header("x-test", Text.PRESENT)));
    var policy =
        policy(
            rules(
                intention(new Party.Named("web"), DENY, new Permission(ALLOW, condition)),
                EVERYONE));

    assertThat(outcomes(explained(policy, HTTP, request("GET", "/", Map.of("x-test", "1")))))
        .first()
        .isEqualTo("header x-role is missing; header x-test is \"1\", which is excepted");
    assertThat(outcomes(explained(policy, HTTP, request("GET", "/", Map.of("x-role", "dev")))))
        .first()
        .isEqualTo("header x-role is \"dev\", not exact \"admin\"");
  }

  @Test
  void a_denied_request_is_told_the_nearest_that_is_allowed() {
    var denied = explained(ofWeb(), HTTP, request("POST", "/a/1", Map.of()));

    assertThat(denied.decision().allowed()).isFalse();
    assertThat(opposites(denied, HTTP))
        .extracting(Opposite::changes)
        .contains(List.of(new Change.Asking(request("GET", "/a/1", Map.of()))));
  }

  @Test
  void of_a_connection_to_http_a_request_is_told_that_is_allowed() {
    var denied = explained(ofWeb(), HTTP, Request.connection(WEB, 8080));

    assertThat(outcomes(denied))
        .containsExactly(
            "is about requests: path prefix \"/a\" and (method GET or method HEAD)", "decides");
    assertThat(opposites(denied, HTTP))
        .extracting(Opposite::changes)
        .contains(List.of(new Change.Asking(request("GET", "/a", Map.of()))));
  }

  @Test
  void where_nothing_is_about_the_caller_one_intention_would_do() {
    var silent = explained(policy(List.of()), TCP, Request.connection(WEB, 8080));

    assertThat(opposites(silent, TCP))
        .singleElement()
        .satisfies(opposite ->
            assertThat(opposite.changes()).singleElement().isInstanceOf(Change.With.class));
  }

  @Test
  void a_denial_that_is_tried_before_everything_has_to_go_and_what_holds_then_is_told() {
    var denial =
        new Intention(
            new Party.Everyone(),
            new Party.Named("api"),
            10,
            Condition.always(),
            List.of(),
            Intention.Otherwise.DENY,
            new Provenance(DATACENTER, "AuthorizationPolicy", "", "deny", 0));
    var allowing = intention(new Party.Named("web"), ALLOW);
    var rules = new ArrayList<>(rules(denial, EVERYONE));
    rules.addAll(rules(allowing, EVERYONE));

    assertThat(opposites(explained(policy(rules), TCP, Request.connection(WEB, 8080)), TCP))
        .singleElement()
        .satisfies(opposite -> {
          assertThat(opposite.changes()).containsExactly(new Change.Without(denial));
          assertThat(opposite.then())
              .isEqualTo(new Decision.Ruled(rules(allowing, EVERYONE).getFirst()));
        });
    assertThat(
            opposites(
                explained(policy(rules(denial, EVERYONE)), TCP, Request.connection(WEB, 8080)),
                TCP))
        .singleElement()
        .satisfies(opposite ->
            assertThat(opposite.changes())
                .hasSize(2)
                .first()
                .isEqualTo(new Change.Without(denial)));
  }

  @Test
  void a_header_that_is_not_clear_is_to_be_sent_once() {
    var condition = new Header("x-role", Text.exact("admin"));
    var policy =
        policy(
            rules(
                intention(new Party.Named("web"), DENY, new Permission(ALLOW, condition)),
                EVERYONE));
    var twice = request("GET", "/", Map.of("x-role", "dev,admin"));

    assertThat(explained(policy, HTTP, twice).decision()).isInstanceOf(Decision.Ambiguous.class);
    assertThat(opposites(explained(policy, HTTP, twice), HTTP))
        .extracting(Opposite::changes)
        .containsExactly(
            List.of(new Change.Asking(request("GET", "/", Map.of("x-role", "admin")))));
  }

  @Test
  void rules_on_other_ports_and_about_other_workloads_are_told_apart() {
    var elsewhere =
        intention(new Party.Named("web"), DENY, new Permission(ALLOW, new Condition.Port(9090)));
    var another =
        new Intention(
            new Party.Named("web"),
            new Party.Identified(new SpiffeId(TRUST_DOMAIN, "/ns/shop/sa/blue")),
            ALLOW,
            new Provenance(DATACENTER, "Intention", "", "blue", 0));
    var rules = new ArrayList<>(rules(elsewhere, EVERYONE));
    rules.addAll(rules(another, EVERYONE));
    var green = new SpiffeId(TRUST_DOMAIN, "/ns/shop/sa/green");

    assertThat(
            Explanation.of(policy(rules), Optional.of(green), TCP, Request.connection(WEB, 8080))
                .steps())
        .extracting(Step::outcome)
        .containsExactly(
            new Outcome.OtherPort(), new Outcome.Decides(), new Outcome.OtherWorkload());
  }
}
