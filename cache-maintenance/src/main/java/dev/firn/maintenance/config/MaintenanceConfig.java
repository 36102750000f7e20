package dev.firn.maintenance.config;

import dev.firn.core.append.SnapshotPolicy;
import dev.firn.maintenance.duplicates.DuplicatesConfig;
import dev.firn.maintenance.retain.RetentionConfig;
import java.time.Duration;
import java.util.Locale;

/**
 * What steers maintenance, as configured under {@code query.cache.maintenance}.
 *
 * @param targetFileBytes outputs close at this size; a file is small under three quarters of it
 * @param compactFileCount small files beyond the baseline that make a partition due
 * @param compactAvgFileBytes only if the small files' average is under this
 * @param compactBatchBytes a row group takes at most this much memory while it is made: compressed,
 *     and of the column that is being encoded each distinct value once; but always at least one row
 * @param compactBatchRows a data page holds at most this many rows: what is decoded at a time
 * @param retiredGrace how long a superseded generation stays for its readers
 * @param orphanGrace how long something that was never live stays, from its newest change
 * @param minFreeBytes a rewrite does not start that would leave less than this free on the disk
 * @param prove how a rewrite is proved before it is swapped in
 * @param snapshots which snapshots of a live generation stay when appends are published
 * @param policies what is done beside compaction
 */
public record MaintenanceConfig(
    long targetFileBytes,
    int compactFileCount,
    long compactAvgFileBytes,
    long compactBatchBytes,
    int compactBatchRows,
    Duration retiredGrace,
    Duration orphanGrace,
    long minFreeBytes,
    Prove prove,
    SnapshotPolicy snapshots,
    Policies policies) {

  /** How thoroughly rows in = rows out + rows dropped is proved. */
  public enum Prove {
    /** Rows by file and mask, values and nulls by column, every output's footer read back. */
    COUNTS,
    /** The same, and every output decoded again and compared by hash, column by column. */
    CONTENT;

    /** As in the configuration. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /** Whether a pass repairs, unasked. */
  public enum AutoRepair {
    OFF,
    /** Cursors, metadata and version hints, where what is on the disk proves how. */
    PROVABLE;

    /** As in the configuration. */
    public String text() {
      return name().toLowerCase(Locale.ROOT);
    }
  }

  /**
   * What is done beside compaction.
   *
   * @param autoRepair whether a pass mends what it finds in doubt
   * @param retention how long rows stay
   * @param housekeeping what a pass does for the cache as a whole
   * @param duplicates which datasets may hold one row of a key only
   * @param distinctCounts whether a rewrite counts the distinct values of columns, for planners
   */
  public record Policies(
      AutoRepair autoRepair,
      RetentionConfig retention,
      Housekeeping housekeeping,
      DuplicatesConfig duplicates,
      boolean distinctCounts) {

    /** No repairs, no retention, no housekeeping, all rows of a key, no counts. */
    public static Policies none() {
      return new Policies(
          AutoRepair.OFF,
          RetentionConfig.none(),
          Housekeeping.none(),
          DuplicatesConfig.none(),
          false);
    }
  }

  public AutoRepair autoRepair() {
    return policies.autoRepair();
  }

  public RetentionConfig retention() {
    return policies.retention();
  }

  public Housekeeping housekeeping() {
    return policies.housekeeping();
  }

  public DuplicatesConfig duplicates() {
    return policies.duplicates();
  }

  public boolean distinctCounts() {
    return policies.distinctCounts();
  }

  /** Whether a data file of this size is to be merged with others. */
  public boolean isSmall(long bytes) {
    return bytes < targetFileBytes / 4 * 3;
  }

  public static MaintenanceConfig defaults() {
    return new MaintenanceConfig(
            128L << 20,
            32,
            32L << 20,
            64L << 20,
            10_000,
            Duration.ofHours(24),
            Duration.ofMinutes(60),
            1L << 30,
            Prove.COUNTS,
            SnapshotPolicy.defaults(),
            Policies.none())
        .with(Housekeeping.defaults())
        .withDistinctCounts(true);
  }

  /** The same with another way to repair. */
  public MaintenanceConfig with(AutoRepair other) {
    return with(new Policies(other, retention(), housekeeping(), duplicates(), distinctCounts()));
  }

  /** The same with another retention. */
  public MaintenanceConfig with(RetentionConfig other) {
    return with(new Policies(autoRepair(), other, housekeeping(), duplicates(), distinctCounts()));
  }

  /** The same with other housekeeping. */
  public MaintenanceConfig with(Housekeeping other) {
    return with(new Policies(autoRepair(), retention(), other, duplicates(), distinctCounts()));
  }

  /** The same with other datasets that hold one row of a key. */
  public MaintenanceConfig with(DuplicatesConfig other) {
    return with(new Policies(autoRepair(), retention(), housekeeping(), other, distinctCounts()));
  }

  /** The same with distinct values counted, or not. */
  public MaintenanceConfig withDistinctCounts(boolean wanted) {
    return with(new Policies(autoRepair(), retention(), housekeeping(), duplicates(), wanted));
  }

  private MaintenanceConfig with(Policies other) {
    return new MaintenanceConfig(
        targetFileBytes,
        compactFileCount,
        compactAvgFileBytes,
        compactBatchBytes,
        compactBatchRows,
        retiredGrace,
        orphanGrace,
        minFreeBytes,
        prove,
        snapshots,
        other);
  }
}
