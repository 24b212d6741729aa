package io.tombolo.e2e;

import io.tombolo.testbed.Host;
import java.nio.file.Path;
import java.util.List;

/// Puts together how a workload's agent is started.
final class PlanBuilder {
  private final String name;
  private final Host host;
  private final String node;
  private final String controlPlane;
  private final Path bundle;
  private final String network;
  private String trustDomain = TwoWorlds.TRUST_DOMAIN;
  private List<String> proof = List.of();
  private String token = "";
  private List<String> upstreams = List.of();

  PlanBuilder(
      String name, Host host, String node, String controlPlane, Path bundle, String network) {
    this.name = name;
    this.host = host;
    this.node = node;
    this.controlPlane = controlPlane;
    this.bundle = bundle;
    this.network = network;
  }

  PlanBuilder joining(String joinToken) {
    proof = List.of("--join-token-file", "TOKEN");
    token = joinToken;
    return this;
  }

  PlanBuilder attesting(String cluster, String serviceAccountToken) {
    proof = List.of("--kubernetes-token-file", "TOKEN", "--cluster", cluster);
    token = serviceAccountToken;
    return this;
  }

  PlanBuilder attestingToConsul(String datacenter, String aclToken) {
    proof = List.of("--consul-token-file", "TOKEN", "--datacenter", datacenter);
    token = aclToken;
    return this;
  }

  PlanBuilder of(String otherTrustDomain) {
    trustDomain = otherTrustDomain;
    return this;
  }

  PlanBuilder upstreams(List<String> services) {
    upstreams = services;
    return this;
  }

  Workload.Plan plan() {
    return new Workload.Plan(
        name, host, node, controlPlane, bundle, trustDomain, proof, token, network, upstreams);
  }
}
