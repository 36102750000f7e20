package dev.firn.maintenance;

import java.time.Duration;
import java.util.List;
import java.util.Optional;

/**
 * What one pass is asked to do.
 *
 * @param datasets only these; all if empty
 * @param dryRun say what would be done and change nothing
 * @param force rewrite whatever a rewrite would improve, due or not; loosens no safety rule
 * @param steps which steps
 * @param budget start no further partition after this long; one is always finished
 * @param waitForHeld wait for partitions that somebody else maintains instead of skipping them
 * @param noGrace remove retired generations at once
 */
public record PassOptions(
    List<String> datasets,
    boolean dryRun,
    boolean force,
    Steps steps,
    Optional<Duration> budget,
    boolean waitForHeld,
    boolean noGrace) {

  /** Which steps of maintenance a pass takes. */
  public enum Steps {
    ALL,
    COMPACT_ONLY,
    RETAIN_ONLY,
    EXPIRE_ONLY,
    SWEEP_ONLY;

    /** Merges small files and leaves out what delete files hide. */
    public boolean compacts() {
      return this == ALL || this == COMPACT_ONLY;
    }

    /** Drops rows that are past what retention keeps. */
    public boolean retains() {
      return this == ALL || this == RETAIN_ONLY;
    }

    /** Drops snapshots in a commit of its own; otherwise publishes do so. */
    public boolean expires() {
      return this == EXPIRE_ONLY;
    }

    public boolean sweeps() {
      return this == ALL || this == SWEEP_ONLY;
    }
  }

  public PassOptions {
    datasets = List.copyOf(datasets);
  }

  /** True if it asks for what is due and nothing more or less. */
  boolean isOrdinary() {
    return steps == Steps.ALL && !dryRun && !force && !noGrace;
  }

  /** Everything that is due, in all datasets. */
  public static PassOptions standard() {
    return new PassOptions(List.of(), false, false, Steps.ALL, Optional.empty(), false, false);
  }
}
