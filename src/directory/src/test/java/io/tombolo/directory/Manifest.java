package io.tombolo.directory;

/// Kubernetes manifests as a person writes them.
final class Manifest {
  private Manifest() {}

  static String service(String name) {
    return """
    apiVersion: v1
    kind: Service
    metadata:
      name: %s
    spec:
      ports:
        - port: 8080
    """
        .formatted(name);
  }

  /// A pod and the slice that makes it an endpoint.
  static String instance(String service, String pod, String address) {
    return """
    apiVersion: v1
    kind: Pod
    metadata:
      name: %2$s
    spec:
      serviceAccountName: %1$s
      containers: []
    ---
    apiVersion: discovery.k8s.io/v1
    kind: EndpointSlice
    metadata:
      name: %2$s
      labels:
        kubernetes.io/service-name: %1$s
    addressType: IPv4
    endpoints:
      - addresses: ["%3$s"]
        conditions:
          ready: true
        targetRef:
          kind: Pod
          name: %2$s
    ports:
      - port: 8080
    """
        .formatted(service, pod, address);
  }

  static String intention(String source, String destination) {
    return """
    apiVersion: mesh.tombolo.io/v1alpha1
    kind: Intention
    metadata:
      name: %2$s
    spec:
      destination:
        name: %2$s
      sources:
        - name: %1$s
          action: allow
    """
        .formatted(source, destination);
  }
}
