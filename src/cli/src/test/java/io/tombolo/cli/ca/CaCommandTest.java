package io.tombolo.cli.ca;

import static org.assertj.core.api.Assertions.assertThat;

import java.io.IOException;
import java.io.PrintWriter;
import java.io.StringWriter;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import picocli.CommandLine;

/// With a root that openssl makes and signs with, as docs/using/ca.md says.
@Tag("identity")
class CaCommandTest {
  private final StringWriter out = new StringWriter();
  private final StringWriter err = new StringWriter();
  @TempDir private Path directory = Path.of("");

  @BeforeEach
  void a_root_of_openssl() throws Exception {
    openssl(
        "req -x509 -newkey ec -pkeyopt ec_paramgen_curve:P-384 -noenc -keyout root-key.pem -out"
            + " root.pem -days 3650 -subj /CN=offline-root -addext"
            + " basicConstraints=critical,CA:TRUE,pathlen:1 -addext"
            + " keyUsage=critical,keyCertSign,cRLSign");
  }

  private int ca(String... arguments) {
    var all = new ArrayList<>(List.of(arguments));
    all.addAll(
        List.of("--state", directory.resolve("state").toString(), "--trust-domain", "demo.test"));
    return new CommandLine(new CaCommand())
        .setOut(new PrintWriter(out, true))
        .setErr(new PrintWriter(err, true))
        .setExecutionExceptionHandler((failure, command, _) -> {
          command.getErr().println(failure.getMessage());
          return 1;
        })
        .execute(all.toArray(String[]::new));
  }

  private void openssl(String arguments) throws Exception {
    var command = new ArrayList<>(List.of("openssl"));
    command.addAll(List.of(arguments.split(" ")));
    var process =
        new ProcessBuilder(command).directory(directory.toFile()).redirectErrorStream(true).start();
    var said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
    assertThat(process.waitFor()).as(said).isZero();
  }

  /// Signs the request that was printed.
  private Path signed(String extensions) throws Exception {
    Files.writeString(directory.resolve("request.csr"), out.toString());
    Files.writeString(directory.resolve("extensions.cnf"), extensions);
    openssl(
        "x509 -req -in request.csr -CA root.pem -CAkey root-key.pem -days 365 -extfile"
            + " extensions.cnf -out intermediate.pem");
    return together("intermediate.pem", "root.pem");
  }

  private Path together(String... names) throws IOException {
    var text = new StringBuilder();
    for (var name : names) {
      text.append(Files.readString(directory.resolve(name)));
    }
    return Files.writeString(directory.resolve("chain.pem"), text);
  }

  private static final String GOOD =
      """
      basicConstraints = critical, CA:TRUE, pathlen:0
      keyUsage = critical, keyCertSign, cRLSign
      subjectAltName = URI:spiffe://demo.test
      """;

  @Test
  void a_request_that_openssl_signs_is_imported() throws Exception {
    assertThat(ca("request")).as(err.toString()).isZero();
    var chain = signed(GOOD);

    assertThat(ca("import", chain.toString())).as(err.toString()).isZero();
    assertThat(out.toString()).contains("Tombolo intermediate", "under CN=offline-root", "ends at");
  }

  @Test
  void what_is_not_fit_is_refused_with_the_field_and_the_way_out() throws Exception {
    var _ = ca("request");
    var chain = signed(GOOD.replace("CA:TRUE, pathlen:0", "CA:FALSE"));

    assertThat(ca("import", chain.toString())).isEqualTo(1);
    assertThat(err.toString()).contains("basicConstraints CA:TRUE");
    assertThat(ca("import", together("root.pem").toString())).isEqualTo(1);
    assertThat(err.toString()).contains("tombolo ca request");
    assertThat(ca("import", "nowhere.pem")).isEqualTo(1);
    assertThat(err.toString()).contains("there is no file nowhere.pem");
  }

  @Test
  void a_root_is_imported_with_its_key_and_the_key_is_kept_sealed_only() throws Exception {
    var key = directory.resolve("root-key.pem");

    assertThat(ca("import-root", directory.resolve("root.pem").toString(), "--key", key.toString()))
        .as(err.toString())
        .isZero();

    assertThat(out.toString()).contains("delete").contains(key.toString());
    var text = Files.readString(key).lines().skip(1).findFirst().orElseThrow();
    try (var files = Files.walk(directory.resolve("state"))) {
      for (var file : files.filter(Files::isRegularFile).toList()) {
        assertThat(Files.readString(file, StandardCharsets.ISO_8859_1)).doesNotContain(text);
      }
    }
  }

  @Test
  void a_root_with_the_key_of_another_is_refused_and_nothing_of_it_is_said() throws Exception {
    openssl("genpkey -algorithm EC -pkeyopt ec_paramgen_curve:P-256 -out other.pem");
    var other = directory.resolve("other.pem");

    assertThat(
            ca("import-root", directory.resolve("root.pem").toString(), "--key", other.toString()))
        .isEqualTo(1);

    assertThat(err.toString())
        .contains("does not have this key")
        .doesNotContain(Files.readString(other).lines().skip(1).findFirst().orElseThrow());
  }

  @Test
  void the_trust_domain_must_be_given() {
    int code =
        new CommandLine(new CaCommand())
            .setErr(new PrintWriter(err, true))
            .execute("request", "--state", directory.toString());

    assertThat(code).isEqualTo(2);
    assertThat(err.toString()).contains("--trust-domain");
  }
}
