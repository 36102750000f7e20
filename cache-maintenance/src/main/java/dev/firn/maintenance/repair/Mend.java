package dev.firn.maintenance.repair;

import dev.firn.core.layout.GenerationName;
import java.nio.file.Path;
import java.util.List;
import java.util.OptionalLong;

/** Something that is not as it should be in a partition, and what a repair can do about it. */
sealed interface Mend {

  Proposal proposal();

  /**
   * A mend for people.
   *
   * @param path of what is wrong
   * @param wrong what is wrong with it
   * @param action what is done about it, or what somebody has to do
   * @param rows rows at stake, if their number is known
   * @param provable true if it follows from what is on the disk, so that it is done when asked for
   */
  record Proposal(Path path, String wrong, String action, OptionalLong rows, boolean provable) {}

  /** The cursor is to name a generation. */
  record NameLive(Proposal proposal, GenerationName live) implements Mend {}

  /** The cursor is to name a generation, and somebody has to say which. */
  record ChooseLive(Proposal proposal, List<Candidate> candidates) implements Mend {
    public ChooseLive {
      candidates = List.copyOf(candidates);
    }
  }

  /** The newest metadata is torn, and the one before it leads to every row. */
  record StepBack(Proposal proposal, GenerationName generation, int tornVersion) implements Mend {}

  /** The version hint of the live generation is to be written anew. */
  record RewriteHint(Proposal proposal, GenerationName generation, int version) implements Mend {}

  /** A data file cannot be read: the partition is to go on without it. */
  record Withhold(Proposal proposal, GenerationName generation, DamagedFile file) implements Mend {}

  /** Landed files are to be published, held exchanges to be landed. */
  record BringIn(Proposal proposal) implements Mend {}

  /** Nothing is wrong for the rows; a sweep removes it when its grace is over. */
  record Litter(Proposal proposal) implements Mend {}

  /** Damage that no repair can mend. */
  record Beyond(Proposal proposal) implements Mend {}
}
