package io.tombolo.mesh.policy;

import static io.tombolo.mesh.catalog.Examples.DATACENTER;
import static io.tombolo.mesh.catalog.Examples.aConsulService;
import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.Port;
import io.tombolo.mesh.catalog.Protocol;
import io.tombolo.mesh.policy.Finding.Code;
import io.tombolo.mesh.policy.Intention.Action;
import io.tombolo.mesh.policy.Intention.Otherwise;
import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("intentions")
class FindingTest {
  private static final Provenance WRITTEN_IN =
      new Provenance(DATACENTER, "service-intentions", "", "api", 0);

  private static Intention intention(Otherwise otherwise, Permission... permissions) {
    return new Intention(
        new Party.Named("web"),
        new Party.Named("api"),
        List.of(permissions),
        otherwise,
        WRITTEN_IN);
  }

  private static List<Code> codes(Action action, Condition condition) {
    var written = intention(Otherwise.DENY, new Permission(action, condition));
    return Finding.of(written).map(Finding::code).toList();
  }

  private static Condition path(String path) {
    return new Condition.Path(Text.prefix(path));
  }

  private static Condition header(Text test, boolean inverted) {
    return new Condition.Header("x-role", test, inverted);
  }

  @Test
  void an_intention_on_connections_means_the_same_to_all() {
    var allow =
        new Intention(new Party.Named("web"), new Party.Named("api"), Action.ALLOW, WRITTEN_IN);

    assertThat(Finding.of(allow)).isEmpty();
  }

  @Test
  void the_rest_goes_to_the_default_unless_a_permission_takes_all() {
    var some = new Permission(Action.ALLOW, path("/a"));
    var rest = new Permission(Action.DENY, Condition.always());

    assertThat(Finding.of(intention(Otherwise.DEFAULT, some)))
        .extracting(Finding::code)
        .containsExactly(Code.REST_BY_DEFAULT);
    assertThat(Finding.of(intention(Otherwise.DEFAULT, some, rest))).isEmpty();
    assertThat(Code.REST_BY_DEFAULT.label()).isEqualTo("rest-by-default");
  }

  @Test
  void a_token_may_be_done_without_in_consul() {
    var claim = new Condition.Claim("idp", List.of("sub"), Text.PRESENT);

    assertThat(Finding.of(intention(Otherwise.ALLOW).given(claim)))
        .extracting(Finding::code)
        .containsExactly(Code.TOKEN_OR_NEXT);
  }

  @Test
  void headers_are_looked_at_in_other_ways() {
    assertThat(codes(Action.ALLOW, header(Text.PRESENT, false))).isEmpty();
    assertThat(codes(Action.ALLOW, header(Text.exact("dev"), true)))
        .containsExactly(Code.HEADER_LIST);
    assertThat(codes(Action.DENY, header(Text.exact("dev"), true)))
        .containsExactly(Code.HEADER_MISSING, Code.HEADER_LIST);
    assertThat(codes(Action.ALLOW, header(Text.exact("a,b"), false)))
        .containsExactly(Code.HEADER_LIST, Code.HEADER_NEVER);
    assertThat(codes(Action.ALLOW, new Condition.Header("host", Text.exact("a.example"))))
        .containsExactly(Code.HEADER_LIST, Code.HOST_CASE);
  }

  @Test
  void a_path_that_is_denied_and_has_other_spellings_is_told() {
    assertThat(codes(Action.DENY, path("/a@b"))).containsExactly(Code.PATH_SPELLING);
    assertThat(codes(Action.ALLOW, path("/a@b"))).isEmpty();
    assertThat(codes(Action.DENY, path("/a.b_c~d-e/1"))).isEmpty();
  }

  @Test
  void permissions_on_requests_are_an_error_where_requests_are_not_understood() {
    var service =
        aConsulService("api")
            .on(new Port("http", 8080, Protocol.HTTP), new Port("raw", 9090, Protocol.TCP))
            .build();
    var written = intention(Otherwise.DEFAULT, new Permission(Action.ALLOW, path("/a")));
    var rule = new Rule(written, 0, Set.of(), path("/a"), Action.ALLOW);

    assertThat(Finding.at(service, new InboundPolicy(Set.of(), List.of(rule), Mode.STRICT)))
        .singleElement()
        .satisfies(found -> {
          assertThat(found.code().isError()).isTrue();
          assertThat(found.where()).isEqualTo(service.id() + ":9090");
        });
  }
}
