package io.tombolo.kubernetes.v1alpha1;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;

/// Who may call one service.
@Group(Intention.GROUP)
@Version(value = Intention.VERSION, storage = false)
public final class Intention extends CustomResource<IntentionSpec, IntentionStatus>
    implements Namespaced {
  public static final String GROUP = "mesh.tombolo.io";
  public static final String VERSION = "v1alpha1";
}
