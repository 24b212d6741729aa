package io.tombolo.directory;

import io.tombolo.mesh.catalog.SourceConformance;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A folder of Consul files is a source like every other.
@Timeout(60)
class ConsulDirectoryConformanceTest extends SourceConformance {
  @TempDir private Path directory;

  @Override
  protected Rig rig() {
    return new ConsulRig(directory);
  }

  private static final class ConsulRig extends DirectoryRig {
    ConsulRig(Path directory) {
      super(directory, "consul/dc1");
    }

    @Override
    public void addEndpoint(String service, String instance, String address) {
      instance(service, instance, address, "passing");
    }

    private void instance(String service, String instance, String address, String status) {
      write(
          instance + ".json",
          """
          {"service": {"name": "%s", "id": "%s", "address": "%s", "port": 8080,
            "check": {"http": "http://localhost/", "status": "%s"}}}
          """
              .formatted(service, instance, address, status));
    }

    @Override
    public void makeUnhealthy(String service, String instance) {
      replace(instance + ".json", "passing", "critical");
    }

    @Override
    public void removeEndpoint(String service, String instance) {
      delete(instance + ".json");
    }

    @Override
    public void allow(String source, String destination) {
      intend(source, destination, "");
    }

    @Override
    public void askTheImpossible(String source, String destination) {
      intend(source, destination, ", \"Permissions\": [{\"Action\": \"allow\"}]");
    }

    private void intend(String source, String destination, String more) {
      write(
          "intention-" + destination + ".json",
          """
          {"Kind": "service-intentions", "Name": "%s",
           "Sources": [{"Name": "%s", "Action": "allow" %s}]}
          """
              .formatted(destination, source, more));
    }

    @Override
    public void removeIntention(String destination) {
      delete("intention-" + destination + ".json");
    }
  }
}
