package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Names;
import io.tombolo.mesh.catalog.World;
import io.tombolo.mesh.identity.SpiffeId;
import java.util.stream.Stream;

/// Whom an intention names, as source or as destination.
public sealed interface Party {
  /// Every workload of the mesh.
  record Everyone() implements Party {
    @Override
    public String toString() {
      return "*";
    }
  }

  /// Whoever it is, of this trust domain or another. Only as a source, and of denials: no rule lets
  /// in other trust domains without naming an identity.
  record Anyone() implements Party {
    @Override
    public String toString() {
      return "anyone";
    }
  }

  /// A service by the name that Consul knows it by, whatever world it runs in.
  record Named(String name) implements Party {
    public Named {
      Names.requireLabel("the name of a service", name);
    }

    @Override
    public String toString() {
      return name;
    }
  }

  /// A service of one world.
  record InWorld(World world, String namespace, String name) implements Party {
    public InWorld {
      Names.requireLabel("a namespace", namespace);
      Names.requireLabel("the name of a service", name);
    }

    @Override
    public String toString() {
      return world.label() + "/" + namespace + "/" + name;
    }
  }

  /// Every service of a Kubernetes namespace.
  record InNamespace(String namespace) implements Party {
    public InNamespace {
      Names.requireLabel("a namespace", namespace);
    }

    @Override
    public String toString() {
      return "kubernetes/" + namespace + "/*";
    }
  }

  /// The pods of a Kubernetes service account, whether they serve anything or not. As a
  /// destination, whatever they serve, where they serve it.
  record Account(String namespace, String serviceAccount) implements Party {
    public Account {
      Names.requireLabel("a namespace", namespace);
      if (serviceAccount.isEmpty()
          || serviceAccount.length() > 253
          || !serviceAccount.chars().allMatch(Account::allowed)) {
        throw new IllegalArgumentException(
            "a service account has 1 to 253 of a-z, 0-9, '-' and '.', not \"%s\""
                .formatted(Names.printable(serviceAccount)));
      }
    }

    private static boolean allowed(int c) {
      return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
    }

    @Override
    public String toString() {
      return "serviceaccount/" + namespace + "/" + serviceAccount;
    }
  }

  /// Whoever has this identity, of the mesh's own trust domain or of another that it federates
  /// with. As a destination, whatever workloads of this identity serve, where they serve it.
  record Identified(SpiffeId id) implements Party {
    @Override
    public String toString() {
      return id.toString();
    }
  }

  /// How many of namespace and name it leaves open, in Consul's counting: 0, 1 or 2.
  default int wildcards() {
    return switch (this) {
      case Named _, InWorld _, Account _, Identified _ -> 0;
      case InNamespace _, Everyone _, Anyone _ -> 1;
    };
  }

  /// Is it some workloads, whatever services they serve?
  default boolean isIdentity() {
    return this instanceof Account || this instanceof Identified;
  }

  /// Does what is written for a service of this destination hold at workloads of this identity,
  /// too?
  default boolean holdsAt(SpiffeId workload) {
    return !isIdentity() || of(workload).anyMatch(this::equals);
  }

  /// All that workloads of an identity may be named by.
  static Stream<Party> of(SpiffeId identity) {
    var path = identity.path().split("/", -1);
    boolean account =
        path.length == 5
            && path[1].equals("ns")
            && path[3].equals("sa")
            && Names.isLabel(path[2])
            && path[4].length() <= 253
            && path[4].chars().allMatch(Account::allowed);
    return account
        ? Stream.of(new Identified(identity), new Account(path[2], path[4]))
        : Stream.of(new Identified(identity));
  }
}
