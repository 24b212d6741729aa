package io.tombolo.consul;

import static org.assertj.core.api.Assertions.assertThat;

import io.tombolo.mesh.catalog.SourceId;
import io.tombolo.mesh.policy.Intention;
import io.tombolo.mesh.policy.Permission;
import io.tombolo.mesh.policy.PolicyObject;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ServiceIntentionsTest {
  private static PolicyObject entry(String name, String sources, String more) {
    return ServiceIntentions.convert(
        SourceId.consul("dc1"),
        Rows.json(
            "{\"Kind\": \"service-intentions\", \"Name\": \"%s\", \"Sources\": [%s] %s}"
                .formatted(name, sources, more)));
  }

  @Test
  void each_source_is_an_intention() {
    var policy =
        entry(
            "cart",
            """
            {"Name": "web", "Action": "allow", "Precedence": 9, "Type": "consul",
             "Namespace": "default", "Partition": "default", "Peer": "", "SamenessGroup": "",
             "Permissions": null, "Description": "the shop"},
            {"Name": "*", "Action": "deny", "Precedence": 8, "Type": "consul"}
            """,
            ", \"CreateIndex\": 3, \"ModifyIndex\": 4, \"Hash\": 5, \"Meta\": {\"a\": \"b\"}");

    assertThat(policy.problems()).isEmpty();
    assertThat(policy.intentions())
        .extracting(Intention::toString)
        .containsExactly(
            "web -> cart allow (precedence 9, consul/dc1/service-intentions/cart#0)",
            "* -> cart deny (precedence 8, consul/dc1/service-intentions/cart#1)");
  }

  @Test
  void a_star_is_every_destination() {
    assertThat(entry("*", "{\"Name\": \"web\", \"Action\": \"deny\"}", "").intentions())
        .singleElement()
        .hasToString("web -> * deny (precedence 6, consul/dc1/service-intentions/*#0)");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`\"Action\": \"allow\", \"Peer\": \"other\"`, Sources[0].peer",
        "`\"Action\": \"allow\", \"SamenessGroup\": \"g\"`, Sources[0].samenessgroup",
        "`\"Action\": \"allow\", \"Namespace\": \"team\"`, Sources[0].Namespace",
        "`\"Action\": \"allow\", \"Partition\": \"team\"`, Sources[0].Partition",
        "`\"Permissions\": [{\"Action\": \"allow\"}]`, Sources[0].Permissions[0].HTTP",
        "`\"Action\": \"allow\", \"JWT\": {\"Providers\": []}`, Sources[0].jwt",
        "`\"Action\": \"allow\", \"Type\": \"external\"`, Sources[0].Type",
        "`\"Action\": \"ALLOW\"`, Sources[0].Action",
        "`\"Action\": \"allow\", \"Shadow\": true`, Sources[0].shadow",
        "`\"Action\": 5`, Sources[0].Action",
        "`\"Action\": \"deny\", \"action\": \"allow\"`, Sources[0].action",
      })
  void what_cannot_be_enforced_rejects_the_whole_entry_and_names_the_field(
      String fields, String field) {
    var policy = entry("cart", "{\"Name\": \"web\", %s}".formatted(fields), "");

    assertThat(policy.intentions()).isEmpty();
    assertThat(policy.problems())
        .anyMatch(problem -> problem.startsWith("service-intentions cart: " + field));
  }

  @Test
  void a_token_may_be_asked_for_by_the_entry_and_by_a_permission() {
    var policy =
        entry(
            "cart",
            """
            {"Name": "web", "Permissions": [
              {"Action": "allow", "HTTP": {"PathExact": "/a"}, "JWT": {"Providers": [
                {"Name": "okta", "VerifyClaims": [
                  {"Path": ["who", "role"], "Value": "admin"}, {"Path": ["who", "role"], "Value": "x"}]},
                {"Name": "corp", "VerifyClaims": null}]}}]},
            {"Name": "*", "Action": "allow"}
            """,
            ", \"JWT\": {\"Providers\": [{\"Name\": \"desk\"}]}");

    assertThat(policy.problems()).isEmpty();
    assertThat(policy.intentions())
        .allSatisfy(intention -> assertThat(intention.given()).hasToString("a token of desk"));
    assertThat(policy.intentions().getFirst().permissions())
        .extracting(Permission::toString)
        .containsExactly(
            "allow path exact \"/a\" and (a token of okta with who/role exact \"admin\""
                + " with who/role exact \"x\" or a token of corp)");
  }

  @ParameterizedTest
  @CsvSource(
      quoteCharacter = '`',
      value = {
        "`{}`, JWT.Providers",
        "`{\"Providers\": []}`, JWT.Providers",
        "`{\"Providers\": [{\"Name\": \"\"}]}`, JWT.Providers[0].Name",
        "`{\"Providers\": [{\"Name\": \"a|b\"}]}`, JWT.Providers[0].Name",
        "`{\"Providers\": [{\"Name\": \"a\", \"Any\": 1}]}`, JWT.Providers[0].any",
        "`{\"Providers\": [{\"Name\": \"a\", \"VerifyClaims\": [{\"Value\": \"x\"}]}]}`,"
            + " JWT.Providers[0].VerifyClaims[0].Path",
        "`{\"Providers\": [], \"Optional\": true}`, JWT.optional",
      })
  void a_token_that_cannot_be_asked_for_rejects_the_whole_entry(String jwt, String field) {
    var policy = entry("cart", "{\"Name\": \"web\", \"Action\": \"allow\"}", ", \"JWT\": " + jwt);

    assertThat(policy.intentions()).isEmpty();
    assertThat(policy.problems())
        .anyMatch(problem -> problem.startsWith("service-intentions cart: " + field));
  }

  @ParameterizedTest
  @ValueSource(strings = {".*", "web|admin", "Web", "", "web\\u0000", "spiffe://x"})
  void a_name_that_no_service_can_have_is_rejected(String name) {
    var source = "{\"Name\": \"%s\", \"Action\": \"allow\"}".formatted(name);

    assertThat(entry("cart", source, "").intentions()).isEmpty();
    assertThat(entry("cart", source, "").problems()).hasSize(1);
    assertThat(entry(name, "{\"Name\": \"web\", \"Action\": \"allow\"}", "").problems()).hasSize(1);
  }

  @Test
  void an_entry_that_is_not_an_object_is_rejected() {
    assertThat(ServiceIntentions.convert(SourceId.consul("dc1"), Rows.json("[]")).problems())
        .hasSize(1);
  }
}
