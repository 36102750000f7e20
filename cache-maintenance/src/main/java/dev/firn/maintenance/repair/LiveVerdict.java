package dev.firn.maintenance.repair;

import dev.firn.core.layout.GenerationName;
import java.util.List;

/** Which generation of a partition is the live one, as far as that can be told. */
sealed interface LiveVerdict {

  /** Exactly one can be, for this reason. */
  record Proved(GenerationName live, String why) implements LiveVerdict {}

  /** It cannot be told, for this reason. */
  record Open(String why, List<Candidate> candidates) implements LiveVerdict {
    public Open {
      candidates = List.copyOf(candidates);
    }
  }
}
