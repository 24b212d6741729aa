package io.tombolo.agent;

import io.grpc.Status;
import io.tombolo.mesh.catalog.Names;
import java.util.Collection;
import java.util.Optional;

/// What may be asked for on an SDS stream.
final class SdsRequests {
  private SdsRequests() {}

  /// Why a request for these names is refused, or empty.
  static Optional<Status> refusal(String type, Collection<String> names) {
    if (!type.isEmpty() && !type.equals(SdsSecrets.TYPE)) {
      return Optional.of(
          Status.INVALID_ARGUMENT.withDescription(
              "SDS serves secrets (%s), not \"%s\""
                  .formatted(SdsSecrets.TYPE, Names.printable(type))));
    }
    return names.stream().map(SdsSecrets::refusal).flatMap(Optional::stream).findFirst();
  }
}
