package io.tombolo.xds;

import static org.assertj.core.api.Assertions.assertThat;

import com.google.protobuf.Message;
import com.google.protobuf.util.JsonFormat;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/// Compares a message with a file that a person can read. `-Dgolden=write` writes it instead.
public record Golden(Path directory) {
  public void matches(String name, Message actual) throws IOException {
    var file = directory.resolve(name + ".json");
    var json = JsonFormat.printer().usingTypeRegistry(KnownTypes.REGISTRY).print(actual) + "\n";
    if ("write".equals(System.getProperty("golden"))) {
      Files.createDirectories(directory);
      Files.writeString(file, json);
    }
    assertThat(file)
        .as("golden file; write it with ./mvnw -pl src/xds -am verify -Dgolden=write")
        .exists();
    assertThat(json).isEqualTo(Files.readString(file));
  }
}
