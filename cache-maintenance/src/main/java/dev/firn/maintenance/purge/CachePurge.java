package dev.firn.maintenance.purge;

import dev.firn.core.CacheException.LeaseUnavailable;
import dev.firn.core.condition.Condition;
import dev.firn.core.condition.InvalidConditionException;
import dev.firn.core.disk.Disk;
import dev.firn.core.disk.DiskReason;
import dev.firn.core.filesystem.FileSystemCheck;
import dev.firn.core.layout.CacheDirectory;
import dev.firn.core.layout.Partition;
import dev.firn.maintenance.config.MaintenanceConfig;
import dev.firn.maintenance.drop.DroppedDatasets;
import dev.firn.maintenance.journal.Journal;
import dev.firn.maintenance.journal.JournalEntry;
import dev.firn.maintenance.purge.PurgedPartition.Outcome;
import dev.firn.maintenance.report.FailedDisk;
import dev.firn.maintenance.reserve.Reserve;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/**
 * Removes rows that match a condition for good, partition by partition, and says of every file what
 * it found there afterwards. One partition that fails stops no other one.
 */
public final class CachePurge {
  private final Disk disk;
  private final CacheDirectory cache;
  private final MaintenanceConfig config;
  private final InstantSource clock;
  private final String command;

  /**
   * @param command what this process is, for those who find a partition held
   */
  public CachePurge(
      Disk disk,
      CacheDirectory cache,
      MaintenanceConfig config,
      InstantSource clock,
      String command) {
    this.disk = disk;
    this.cache = cache;
    this.config = config;
    this.clock = clock;
    this.command = command;
  }

  /**
   * @param partitions of one dataset
   * @throws InvalidConditionException if it fits none of them; then nothing was done
   */
  public PurgeReport run(
      String dataset, List<Partition> partitions, Condition condition, PurgeOptions options)
      throws IOException {
    Instant started = clock.instant();
    if (options.apply() && !partitions.isEmpty()) {
      new FileSystemCheck(disk).require(cache.root());
      new Reserve(disk, cache).giveUpIfFull();
    }
    List<Partition> before = cache.partitions(dataset);
    List<PurgedPartition> purged = new ArrayList<>();
    InvalidConditionException misfit = null;
    int fits = 0;
    for (Partition partition : partitions) {
      try {
        purged.add(purge(partition, condition, options));
        fits++;
      } catch (InvalidConditionException e) {
        misfit = e;
        purged.add(
            PurgedPartition.without(
                partition,
                Outcome.FAILED,
                "the condition cannot be asked of its columns: " + e.getMessage(),
                false));
      }
    }
    if (misfit != null && fits == 0) {
      throw misfit;
    }
    if (options.apply()) {
      DroppedDatasets dropped = new DroppedDatasets(disk, cache);
      for (Path aside : dropped.list(dataset)) {
        dropped.remove(aside); // a drop was interrupted: these rows went before
      }
    }
    if (options.apply() && config.housekeeping().journal()) {
      new Journal(disk, cache, clock, config.snapshots(), command).write(started, entries(purged));
    }
    List<Path> spools = cache.foreignSpools(dataset);
    return new PurgeReport(
        options.apply(),
        purged,
        spools,
        new GonePartitions(disk, cache, config.retention()).find(dataset, before),
        Duration.between(started, clock.instant()).toMillis());
  }

  private PurgedPartition purge(Partition partition, Condition condition, PurgeOptions options) {
    try {
      return new PartitionPurge(disk, cache, config, clock, command)
          .run(partition, condition, options);
    } catch (LeaseUnavailable e) {
      return PurgedPartition.without(partition, Outcome.HELD, "held by " + e.owner(), false);
    } catch (IOException e) {
      return PurgedPartition.without(
          partition, Outcome.FAILED, DiskReason.of(e) + "; run it again", FailedDisk.isReasonOf(e));
    }
  }

  /** Without the condition: it may say what was to be forgotten. */
  private static List<JournalEntry> entries(List<PurgedPartition> purged) {
    List<JournalEntry> entries = new ArrayList<>();
    for (PurgedPartition partition : purged) {
      if (partition.rowsPurged() + partition.rowsArchived() > 0 || !partition.removed().isEmpty()) {
        entries.add(
            new JournalEntry(
                JournalEntry.Kind.PURGE,
                partition.partition().dataset(),
                partition.partition().path(),
                partition.reason(),
                partition.rowsPurged() + partition.rowsArchived(),
                0,
                partition.generationBefore(),
                partition.generationAfter()));
      }
    }
    return entries;
  }
}
