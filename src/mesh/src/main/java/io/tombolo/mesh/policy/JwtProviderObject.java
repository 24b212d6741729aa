package io.tombolo.mesh.policy;

import io.tombolo.mesh.catalog.Item;
import io.tombolo.mesh.catalog.Key;
import io.tombolo.mesh.catalog.Revisable;
import io.tombolo.mesh.catalog.SourceId;
import java.util.List;
import org.jspecify.annotations.Nullable;

/// A provider of tokens as an object of a source says it: a `jwt-provider` entry of Consul.
///
/// @param inForce how its tokens are verified; null if the object never said it so that it could be
///   done: then nobody has a token of it
/// @param problems why the object as it is now was rejected, each with the field and the way out;
///   empty if it is in force. A rejected object leaves what was last good in force.
public record JwtProviderObject(Key key, @Nullable JwtProvider inForce, List<String> problems)
    implements Revisable {
  public JwtProviderObject {
    problems = List.copyOf(problems);
  }

  public static JwtProviderObject accepted(Key key, JwtProvider provider) {
    return new JwtProviderObject(key, provider, List.of());
  }

  public static JwtProviderObject rejected(Key key, List<String> problems) {
    return new JwtProviderObject(key, null, problems);
  }

  /// @param name what intentions of the same source call it by
  public static Key key(SourceId source, String name) {
    return new Key(source, Key.Kind.JWT_PROVIDERS, "", name, "jwt-provider");
  }

  @Override
  public Item succeeding(Item earlier) {
    return problems.isEmpty() || !(earlier instanceof JwtProviderObject lastGood)
        ? this
        : new JwtProviderObject(key, lastGood.inForce, problems);
  }
}
