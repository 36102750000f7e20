package dev.firn.maintenance.select;

import dev.firn.core.generation.DropReason;
import java.util.EnumSet;
import java.util.Optional;
import java.util.Set;

/**
 * What is to become of a data file, before it is read.
 *
 * @param some reasons for which some of its rows may have to go
 * @param all the reason for which the whole of it goes, if there is one
 */
public record Verdict(Set<DropReason> some, Optional<DropReason> all) {
  private static final Verdict KEEP = new Verdict(Set.of(), Optional.empty());

  public Verdict {
    some = Set.copyOf(some);
  }

  /** Nothing of it has to go. */
  public static Verdict keep() {
    return KEEP;
  }

  /** Some of its rows go for this reason, perhaps. */
  public static Verdict filter(DropReason reason) {
    return new Verdict(EnumSet.of(reason), Optional.empty());
  }

  /** It goes whole. */
  public static Verdict drop(DropReason reason) {
    return new Verdict(Set.of(), Optional.of(reason));
  }

  /** True if it is to be read for rows that may have to go. */
  public boolean filtered() {
    return all.isEmpty() && !some.isEmpty();
  }

  /** True if it goes whole. */
  public boolean dropped() {
    return all.isPresent();
  }
}
