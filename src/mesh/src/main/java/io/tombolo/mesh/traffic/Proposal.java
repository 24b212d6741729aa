package io.tombolo.mesh.traffic;

import io.tombolo.mesh.catalog.ServiceId;
import io.tombolo.mesh.policy.Party;
import io.tombolo.mesh.policy.Text;
import java.util.List;
import java.util.Set;
import java.util.SortedSet;
import java.util.TreeSet;

/// An object that is to be written: who may call one service.
///
/// @param destination how an object names the service
/// @param sources in order
public record Proposal(ServiceId service, Party destination, List<Source> sources) {
  public Proposal {
    sources = List.copyOf(sources);
  }

  /// Somebody who may call it.
  ///
  /// @param requests which requests it may make; all, and connections, if empty
  public record Source(Party party, List<Requests> requests) {
    public Source {
      requests = List.copyOf(requests);
    }
  }

  /// Some requests.
  ///
  /// @param path exact, or a prefix that ends with `/`
  /// @param methods not empty
  public record Requests(Text path, SortedSet<String> methods) {
    public Requests(Text path, Set<String> methods) {
      this(path, new TreeSet<>(methods));
    }
  }
}
