package io.tombolo.kubernetes;

import io.fabric8.kubernetes.api.model.authentication.TokenReview;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewBuilder;
import io.fabric8.kubernetes.api.model.authentication.TokenReviewStatus;
import io.fabric8.kubernetes.api.model.authentication.UserInfo;
import io.fabric8.kubernetes.client.KubernetesClient;
import io.fabric8.kubernetes.client.KubernetesClientException;
import io.tombolo.mesh.catalog.Names;
import java.util.List;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/// Asks a cluster whose service-account token this is. What the token says of itself is not looked
/// at; the API server's answers decide: a TokenReview, and the pod itself, for API servers go on
/// accepting a token for seconds after its pod was deleted. Thread-safe.
public final class ServiceAccountTokens {
  /// The audience that tokens for us are made for.
  public static final String AUDIENCE = "tombolo";

  private static final int LONGEST = 16 * 1024;
  private static final String USER = "system:serviceaccount:";
  private static final String POD_NAME = "authentication.kubernetes.io/pod-name";
  private static final String POD_UID = "authentication.kubernetes.io/pod-uid";
  private static final String NODE_NAME = "authentication.kubernetes.io/node-name";

  /// What came of it.
  public sealed interface Verdict {
    /// The token is this pod's.
    record Verified(String namespace, String serviceAccount, String podName) implements Verdict {}

    /// The token proves nothing.
    ///
    /// @param reason printable, without the token
    record Refused(String reason) implements Verdict {}

    /// The cluster could not be asked; another try may help.
    record Unavailable(String reason) implements Verdict {}
  }

  private final KubernetesClient client;
  private final String audience;

  public ServiceAccountTokens(KubernetesClient client, String audience) {
    this.client = client;
    this.audience = audience;
  }

  /// Blocks while the API server is asked.
  public Verdict verify(String token) {
    if (token.isEmpty()
        || token.length() > LONGEST
        || !token.chars().allMatch(c -> c > ' ' && c < 127)) {
      return new Verdict.Refused(
          "token: must be 1 to 16384 printable characters; send the content of the token file");
    }
    try {
      return verdict(client.resource(review(token)).create().getStatus());
    } catch (KubernetesClientException failed) {
      return new Verdict.Unavailable(Reason.of("create TokenReview, or get Pod", failed));
    }
  }

  private TokenReview review(String token) {
    return new TokenReviewBuilder()
        .withNewSpec()
        .withToken(token)
        .withAudiences(audience)
        .endSpec()
        .build();
  }

  private Verdict verdict(@Nullable TokenReviewStatus status) {
    if (status == null || !Boolean.TRUE.equals(status.getAuthenticated())) {
      return new Verdict.Refused(
          ("token: the cluster does not accept it for the audience \"%s\"; mount a projected"
                  + " service-account token with this audience")
              .formatted(audience));
    }
    if (!Given.of(status.getAudiences()).contains(audience)) {
      return new Verdict.Refused(
          "token: is not for the audience \"%s\"; project one that is".formatted(audience));
    }
    return bearer(status.getUser());
  }

  private Verdict bearer(@Nullable UserInfo user) {
    var name = user == null || user.getUsername() == null ? "" : user.getUsername();
    var parts =
        name.startsWith(USER) ? name.substring(USER.length()).split(":", -1) : new String[0];
    if (parts.length != 2 || !Names.isLabel(parts[0]) || !Ref.isSubdomain(parts[1])) {
      return new Verdict.Refused(
          "token: is \"%s\"'s, who is no service account".formatted(Names.printable(name)));
    }
    var pod = only(user, POD_NAME).filter(Ref::isSubdomain);
    var uid = only(user, POD_UID);
    if (pod.isEmpty() || uid.isEmpty()) {
      return new Verdict.Refused(
          "token: is not bound to a pod; mount a projected token instead of a secret's");
    }
    var bearer = new Verdict.Verified(parts[0], parts[1], pod.get());
    return problem(bearer, uid.get(), only(user, NODE_NAME))
        .<Verdict>map(Verdict.Refused::new)
        .orElse(bearer);
  }

  /// Why a pod cannot be the one that a token was made for, or is none any more.
  private Optional<String> problem(Verdict.Verified bearer, String uid, Optional<String> node) {
    var pod = client.pods().inNamespace(bearer.namespace()).withName(bearer.podName()).get();
    if (pod == null || !uid.equals(pod.getMetadata().getUid())) {
      return Optional.of("token: its pod does not exist any more");
    }
    if (pod.getMetadata().getDeletionTimestamp() != null) {
      return Optional.of("token: its pod is being deleted");
    }
    var phase = pod.getStatus() == null ? null : pod.getStatus().getPhase();
    if ("Succeeded".equals(phase) || "Failed".equals(phase)) {
      return Optional.of("token: its pod has ended");
    }
    var at = pod.getSpec().getNodeName() == null ? "" : pod.getSpec().getNodeName();
    if (at.isEmpty() || !at.equals(node.orElse(at))) {
      return Optional.of(
          "token: its pod is on node \"%s\", the token was made for one on \"%s\""
              .formatted(Names.printable(at), Names.printable(node.orElse("any"))));
    }
    var account = pod.getSpec().getServiceAccountName();
    return bearer.serviceAccount().equals(account)
        ? Optional.empty()
        : Optional.of("token: its pod runs under another service account");
  }

  private static Optional<String> only(@Nullable UserInfo user, String extra) {
    var all = user == null || user.getExtra() == null ? null : user.getExtra().get(extra);
    List<String> values = Given.of(all);
    return values.size() == 1 ? Optional.of(values.getFirst()) : Optional.empty();
  }
}
