package io.tombolo.kubernetes;

import io.tombolo.mesh.catalog.SourceConformance;
import io.tombolo.testbed.KubeApiserver;
import io.tombolo.testbed.TestbedExtension;
import org.junit.jupiter.api.extension.ExtendWith;

/// What holds for every source, held against a real API server.
@ExtendWith(TestbedExtension.class)
class KubernetesConformanceTest extends SourceConformance {
  private final KubeApiserver apiserver;

  KubernetesConformanceTest(KubeApiserver apiserver) {
    this.apiserver = apiserver;
  }

  @Override
  protected Rig rig() {
    return new KubernetesRig(apiserver);
  }
}
