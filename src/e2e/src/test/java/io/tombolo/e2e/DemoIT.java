package io.tombolo.e2e;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;

@Tag("spine")
class DemoIT {
  @Test
  void the_demo_makes_every_call_as_it_should() throws Exception {
    var output = Path.of("target", "demo.log");
    Files.createDirectories(output.getParent());
    var demo =
        new ProcessBuilder("../../tombolo", "demo", "--once")
            .redirectErrorStream(true)
            .redirectOutput(output.toFile())
            .start();
    demo.getOutputStream().close();
    try {
      assertThat(demo.waitFor(5, TimeUnit.MINUTES)).as("the demo ends").isTrue();
    } finally {
      demo.destroy();
    }
    var said = Files.readString(output, StandardCharsets.UTF_8);
    assertThat(demo.exitValue()).as(said).isZero();
    assertThat(said).contains("spiffe://");
  }
}
