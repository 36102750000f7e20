package dev.firn.maintenance.repair;

import dev.firn.core.layout.Partition;
import dev.firn.maintenance.repair.MendReport.Status;
import dev.firn.maintenance.verify.Finding;
import java.util.List;
import java.util.Locale;
import java.util.Optional;

/**
 * What a repair found and did in one partition.
 *
 * @param reason never empty: why this outcome
 * @param unreadable true if its rows cannot be read, after what was done
 * @param rowsBefore live rows that could be reached before; 0 if the partition was unreadable
 * @param rowsAfter the same after what was done
 * @param copies where what was replaced is kept, below the root; empty if nothing was
 * @param damage what a check still finds, after what was done
 */
public record RepairedPartition(
    Partition partition,
    Outcome outcome,
    String reason,
    boolean unreadable,
    long rowsBefore,
    long rowsAfter,
    Optional<String> copies,
    List<MendReport> mends,
    List<Finding> damage) {

  /** What became of a partition. */
  public enum Outcome {
    /** There is nothing to mend. */
    SOUND,
    /** Something would be mended. */
    PROPOSED,
    /** All that there was to mend was mended. */
    MENDED,
    /** Something is left that cannot be mended without a decision, or not at all. */
    LEFT,
    /** It was worse after, so everything was put back. */
    UNDONE,
    /** Somebody else maintains it. */
    HELD,
    /** Something went wrong on the way; what was begun is safe to begin again. */
    FAILED;

    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  public RepairedPartition {
    if (reason.isEmpty()) {
      throw new IllegalArgumentException("a report needs a reason");
    }
    mends = List.copyOf(mends);
    damage = List.copyOf(damage);
  }

  /** How many mends ended so. */
  public long count(Status status) {
    return mends.stream().filter(mend -> mend.status() == status).count();
  }
}
