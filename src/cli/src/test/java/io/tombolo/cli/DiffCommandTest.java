package io.tombolo.cli;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

@Tag("intentions")
class DiffCommandTest {
  private static final String EQUAL =
      """
      {"revision": 1, "a": "what is in force, strict, deny by default", "b": "the files alone",
       "equal": 4, "different": [], "undecided": []}
      """;
  private static final String DIFFERENT =
      """
      {"revision": 1, "a": "A", "b": "B", "equal": 4, "undecided": [], "different": [
        {"service": "consul/dc1/default/api", "destination": "api", "port": 8080, "source": "web",
         "method": "GET", "path": "/it's", "headers": {"x-a": ["1, 2", "3"], "x-b": ["\\u009b"]},
         "claims": {"idp": {"roles/admin": ["a", "b"]}},
         "a": {"allowed": false, "why": "web -> api: no permission matches"},
         "b": {"allowed": true, "why": "no intention matches"}},
        {"service": "consul/dc1/default/db", "destination": "db", "port": 5432, "source": "web",
         "method": null, "path": null, "headers": {}, "claims": {},
         "a": {"allowed": true, "why": "x"}, "b": {"allowed": false, "why": "y"}}]}
      """;
  private static final String UNDECIDED =
      """
      {"revision": 1, "a": "A", "b": "B", "equal": 4, "different": [], "undecided": [
        {"service": "consul/dc1/default/api", "port": 80, "why": "too large to decide: split it"}]}
      """;

  private final FakeControlPlane controlPlane;
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory = Path.of("");

  DiffCommandTest() throws IOException {
    controlPlane = new FakeControlPlane();
  }

  @BeforeEach
  void a_token_and_files() throws IOException {
    Files.writeString(directory.resolve("admin.token"), FakeControlPlane.TOKEN + "\n");
    var files = Files.createDirectories(directory.resolve("files/consul/dc1"));
    Files.writeString(files.resolve("x.json"), "{}");
    Files.writeString(files.resolve("notes.txt"), "no policy");
    Files.writeString(files.resolve(".hidden.json"), "no policy either");
  }

  @AfterEach
  void close() {
    controlPlane.close();
  }

  private int diff(String a, String b, String... options) {
    var all = new ArrayList<>(List.of("intentions", "diff", a, b));
    all.addAll(List.of(options));
    all.addAll(List.of("--url", controlPlane.url().toString(), "--state", directory.toString()));
    return Main.commandLine()
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .execute(all.toArray(String[]::new));
  }

  private String files() {
    return directory.resolve("files").toString();
  }

  @Test
  void equal_policies_are_exit_code_0() {
    controlPlane.answering("/v1/intentions/diff", EQUAL);

    assertThat(diff("live", files(), "--mode-b", "consul-compat", "--datacenter", "dc1")).isZero();
    assertThat(out.toString())
        .contains("a: what is in force, strict, deny by default")
        .contains("4 ports of services: equal; 0: different; 0: not known");
    assertThat(controlPlane.received("/v1/intentions/diff"))
        .contains("\"files\":{\"consul/dc1/x.json\":\"{}\"}")
        .contains("\"mode\":\"consul-compat\"", "\"datacenter\":\"dc1\"")
        .doesNotContain("notes", "hidden", "live");
  }

  @Test
  void a_difference_is_exit_code_1_and_a_command_that_can_be_pasted() {
    controlPlane.answering("/v1/intentions/diff", DIFFERENT);

    assertThat(diff("live", "live")).isEqualTo(1);
    assertThat(out.toString())
        .contains(
            "tombolo decide web api GET '/it'\\''s' -H 'x-a: 1, 2' -H 'x-a: 3' -H $'x-b:"
                + " \\U0000009b' --port 8080")
        .contains("with a token of idp whose roles/admin is a, b")
        .contains("a: denied by web -> api: no permission matches")
        .contains("b: allowed by no intention matches")
        .contains("tombolo decide web db --port 5432")
        .contains("4 ports of services: equal; 2: different");
  }

  @Test
  void what_is_not_known_is_exit_code_2() {
    controlPlane.answering("/v1/intentions/diff", UNDECIDED);

    assertThat(diff("live", "live")).isEqualTo(2);
    assertThat(out.toString()).contains("api port 80: not known: too large to decide: split it");
  }

  @Test
  void an_error_is_exit_code_2() {
    controlPlane.answering("/v1/intentions/diff", 400, "{\"error\": \"b: file x.json: line 1\"}");

    assertThat(diff("live", files())).isEqualTo(2);
    assertThat(err.toString()).contains("b: file x.json: line 1");
    assertThat(diff("live", directory.resolve("nothing").toString())).isEqualTo(2);
    assertThat(err.toString()).contains("there is no", "nothing");
  }

  @Test
  void a_request_can_be_asked_about() {
    controlPlane.answering(
        "/v1/decision",
        """
        {"source": "spiffe://x/web", "destination": "consul/dc1/default/api", "allowed": true,
         "text": "by a rule"}
        """);

    assertThat(
            Main.commandLine()
                .setOut(new PrintWriter(out, true))
                .execute(
                    "decide",
                    "web",
                    "api",
                    "GET",
                    "/a b",
                    "-H",
                    "x-a: 1",
                    "-H",
                    "x-b: 2",
                    "--port",
                    "80",
                    "--url",
                    controlPlane.url().toString(),
                    "--state",
                    directory.toString()))
        .isZero();
    assertThat(controlPlane.received("/v1/decision"))
        .contains("method=GET", "path=%2Fa+b", "headers=x-a%3A+1%0Ax-b%3A+2", "port=80");
  }
}
