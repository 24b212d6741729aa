package io.tombolo.directory;

import io.tombolo.mesh.catalog.SourceConformance;
import java.nio.file.Path;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;

/// A folder of Kubernetes manifests is a source like every other.
@Timeout(60)
class KubernetesDirectoryConformanceTest extends SourceConformance {
  @TempDir private Path directory;

  @Override
  protected Rig rig() {
    return new KubernetesRig(directory);
  }

  private static final class KubernetesRig extends DirectoryRig {
    KubernetesRig(Path directory) {
      super(directory, "kubernetes/c1");
    }

    @Override
    public void addEndpoint(String service, String instance, String address) {
      write("service-" + service + ".yaml", Manifest.service(service));
      write(instance + ".yaml", Manifest.instance(service, instance, address));
    }

    @Override
    public void makeUnhealthy(String service, String instance) {
      replace(instance + ".yaml", "ready: true", "ready: false");
    }

    @Override
    public void removeEndpoint(String service, String instance) {
      delete(instance + ".yaml");
    }

    @Override
    public void allow(String source, String destination) {
      write("intention-" + destination + ".yaml", Manifest.intention(source, destination));
    }

    @Override
    public void askTheImpossible(String source, String destination) {
      replace("intention-" + destination + ".yaml", "action: allow", "action: sometimes");
    }

    @Override
    public void removeIntention(String destination) {
      delete("intention-" + destination + ".yaml");
    }
  }
}
