package io.tombolo.kubernetes.v1;

import io.fabric8.kubernetes.api.model.Namespaced;
import io.fabric8.kubernetes.client.CustomResource;
import io.fabric8.kubernetes.model.annotation.Group;
import io.fabric8.kubernetes.model.annotation.Version;
import io.tombolo.kubernetes.v1alpha1.IntentionSpec;
import io.tombolo.kubernetes.v1alpha1.IntentionStatus;

/// Who may call one service, as it is stored. It is read as `v1alpha1`, which clusters have that
/// did not get this version yet.
@Group(io.tombolo.kubernetes.v1alpha1.Intention.GROUP)
@Version(Intention.VERSION)
public final class Intention extends CustomResource<IntentionSpec, IntentionStatus>
    implements Namespaced {
  public static final String VERSION = "v1";
}
