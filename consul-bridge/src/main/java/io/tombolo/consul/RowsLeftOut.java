package io.tombolo.consul;

import java.io.IOException;

/// Consul answered with fewer rows than there are, because the token may not see all. What may not
/// be seen would look like what is gone, so that such an answer is as good as none.
final class RowsLeftOut extends IOException {
  private static final long serialVersionUID = 1;

  RowsLeftOut(String symptom) {
    super(
        symptom
            + "; give the token of this source the rules service_prefix \"\" { policy = \"read\""
            + " intentions = \"read\" }, node_prefix \"\" { policy = \"read\" } and mesh ="
            + " \"read\"");
  }
}
