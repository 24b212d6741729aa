package io.tombolo.mesh.policy.explanation;

import io.tombolo.mesh.policy.Rule;
import java.util.List;

/// What became of one rule of a service.
///
/// @param rule as it is at the port that is called; as it is written if it does not hold there
public record Step(Rule rule, Outcome outcome) {
  public sealed interface Outcome {
    /// It is the first that matches.
    record Decides() implements Outcome {
      @Override
      public String toString() {
        return "decides";
      }
    }

    /// It matches, but is not asked any more.
    record Late() implements Outcome {
      @Override
      public String toString() {
        return "matches too, but it has been decided before";
      }
    }

    /// Its condition does not hold.
    ///
    /// @param why the parts of it that do not, in words
    record Unmet(List<String> why) implements Outcome {
      public Unmet {
        why = List.copyOf(why);
      }

      @Override
      public String toString() {
        return String.join("; ", why);
      }
    }

    record OtherPort() implements Outcome {
      @Override
      public String toString() {
        return "is not about this port";
      }
    }

    record OtherWorkload() implements Outcome {
      @Override
      public String toString() {
        return "is about workloads of another identity";
      }
    }

    record OtherCaller() implements Outcome {
      @Override
      public String toString() {
        return "is about other callers";
      }
    }
  }
}
